import { defineComponent } from 'vue';
import { Mark } from '../parts/mark.js';
import { moment } from '../words/figures.js';
import { t } from '../words/words.js';
import { useDesk } from './desk.js';

/** Says when what is shown is not how things are. */
export const Banner = defineComponent({
  name: 'ConnectionBanner',
  setup() {
    const { live } = useDesk();
    return () => {
      const link = live.link.value;
      if (link.state === 'refused')
        return (
          <div class="banner" role="alert">
            <Mark shape="bad" />
            <div>
              <strong>{t('link.refused.title')}</strong>
              <p>{link.detail}</p>
            </div>
          </div>
        );
      if (link.state !== 'lost') return null;
      const at = live.overview.value?.at;
      const time = moment(new Date(link.since).toISOString());
      return (
        <div class="banner" role="alert">
          <Mark shape="bad" />
          <div>
            <strong>{t('link.lost.title')}</strong>
            <p>{at === undefined ? t('link.lost.never', { time }) : t('link.lost.since', { time, at: moment(at) })}</p>
          </div>
          <button type="button" onClick={() => live.connect()}>
            {t('link.again')}
          </button>
        </div>
      );
    };
  },
});
