import { defineComponent, h, nextTick, watch, watchEffect, type Component } from 'vue';
import { Alerts } from '../views/alerts.js';
import { Cache } from '../views/cache/cache.js';
import { Overview } from '../views/overview/overview.js';
import { wordOf } from '../views/overview/verdict.js';
import { Streams } from '../views/streams/streams.js';
import { Tasks } from '../views/tasks/tasks.js';
import { Upstreams } from '../views/upstreams/upstreams.js';
import { Workers } from '../views/workers.js';
import { t } from '../words/words.js';
import { Banner } from './banner.js';
import { useDesk } from './desk.js';
import { Header } from './header.js';
import { followPlace, type Place } from './place.js';
import { QuestionBox } from './question-box.js';
import { SignIn } from './sign-in.js';
import { Toasts } from './toasts.js';

const VIEWS: Readonly<Record<Place, Component>> = {
  overview: Overview,
  upstreams: Upstreams,
  cache: Cache,
  streams: Streams,
  tasks: Tasks,
  workers: Workers,
  alerts: Alerts,
};

/** The page: a header, what is wrong with the connection, and the section that is looked at. */
export const App = defineComponent({
  name: 'PageApp',
  setup() {
    const { live } = useDesk();
    const place = followPlace();
    watchEffect(() => {
      const overview = live.overview.value;
      document.title = overview === undefined ? 'Forebay' : t('state.title', { state: t(`state.${wordOf(overview)}`) });
    });
    watch(place, () =>
      nextTick(() => {
        window.scrollTo(0, 0);
        document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
      }),
    );
    return () => {
      const { state } = live.link.value;
      return [
        <Header place={place.value} />,
        <main tabindex="-1" class={state === 'lost' ? 'stale' : undefined}>
          <Banner />
          {state === 'signed-out' ? (
            <SignIn />
          ) : live.overview.value === undefined ? (
            state !== 'lost' && state !== 'refused' && <p class="waiting">{t('loading')}</p>
          ) : (
            h(VIEWS[place.value])
          )}
        </main>,
        <footer>
          <a href="/docs">{t('nav.reference')}</a>
        </footer>,
        <QuestionBox />,
        <Toasts />,
      ];
    };
  },
});
