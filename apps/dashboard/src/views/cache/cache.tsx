import { defineComponent } from 'vue';
import { call } from '../../api/call.js';
import type { CacheInfo } from '../../api/listings.js';
import type { Tier } from '../../api/overview.js';
import { panel } from '../../parts/panel.js';
import { useDesk } from '../../shell/desk.js';
import { useListing } from '../../shell/listing.js';
import { known, t } from '../../words/words.js';
import { KeyList } from './key-list.js';
import { tierName, tierTable } from './tier-table.js';

/** The tiers, and what is in them. */
export const Cache = defineComponent({
  name: 'CacheSection',
  setup() {
    const desk = useDesk();
    const info = useListing(() => call<CacheInfo>('GET', '/cache/info'), 5000);

    async function clear(type: string, title: string): Promise<void> {
      const sure = await desk.ask({ title, body: t('cache.clear.body'), go: t('cache.clear'), danger: true });
      if (sure === undefined) return;
      await desk.act(
        () => call<{ entries: number }>('POST', `/cache/clear?type=${encodeURIComponent(type)}`),
        ({ entries }) => t('cache.cleared', { count: entries }),
      );
    }
    const more = ({ name, usable }: Tier): string | undefined => {
      const below = info.data.value?.l2_cache;
      if (name !== 'redis' || below?.type !== 'redis') return undefined;
      const word = `cache.state.${below.state}`;
      const nodes = below.nodes === undefined ? '' : t('cache.nodes', { nodes: below.nodes.join(', ') });
      return [usable && known(word) ? t(word) : '', nodes].filter(Boolean).join(' · ');
    };
    const buttons = ({ name }: Tier) => (
      <button
        type="button"
        aria-label={`${t('cache.clear')} ${tierName(name)}`}
        onClick={() => void clear(name, t('cache.clear.title', { tier: tierName(name) }))}
      >
        {t('cache.clear')}
      </button>
    );
    return () => {
      const overview = desk.live.overview.value;
      if (overview === undefined) return null;
      const all = (
        <button type="button" onClick={() => void clear('all', t('cache.clear.all.title'))}>
          {t('cache.clear.all')}
        </button>
      );
      return [
        panel({ title: t('nav.cache'), beside: all }, tierTable({ overview, buttons, state: more })),
        <KeyList />,
      ];
    };
  },
});
