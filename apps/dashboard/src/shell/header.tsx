import { defineComponent, ref, watch } from 'vue';
import { call } from '../api/call.js';
import type { Link } from '../live/live.js';
import { Mark, type Shape } from '../parts/mark.js';
import { t } from '../words/words.js';
import { useDesk } from './desk.js';
import { places, type Place } from './place.js';

interface HeaderProps {
  readonly place: Place;
}

const SHAPES: Readonly<Record<Link['state'], Shape>> = {
  connecting: 'busy',
  live: 'good',
  polling: 'good',
  paused: 'off',
  lost: 'bad',
  'signed-out': 'off',
  refused: 'bad',
};

/** Where one is, what else there is, and how the page stands with the server. */
export const Header = defineComponent(
  (props: HeaderProps) => {
    const { live } = useDesk();
    const signedIn = ref(false);
    watch(
      () => live.link.value.state === 'live',
      async (isLive) => {
        if (!isLive) return;
        const session = await call<{ expires_at: string | null }>('GET', '/api/v1/session').catch(() => undefined);
        signedIn.value = typeof session?.expires_at === 'string';
      },
      { immediate: true },
    );
    const signOut = async (): Promise<void> => {
      await call('DELETE', '/api/v1/session').catch(() => undefined);
      location.reload();
    };
    const badge = (place: Place): number => {
      const overview = live.overview.value;
      if (place === 'alerts') return overview?.alerts.active.length ?? 0;
      if (place !== 'upstreams') return 0;
      return overview?.upstreams.filter(({ available, enabled }) => enabled && !available).length ?? 0;
    };
    return () => (
      <header class="top">
        <a class="skip" href={`#${props.place}`} onClick={() => document.querySelector('main')?.focus()}>
          {t('nav.skip')}
        </a>
        <p class="name">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path d="M4 11q4-4 8 0t8 0 8 0M4 18q4-4 8 0t8 0 8 0M4 25q4-4 8 0t8 0 8 0" />
          </svg>
          Forebay <span class="version">{live.overview.value?.version}</span>
        </p>
        <nav aria-label={t('nav.label')}>
          {places.map((place) => (
            <a key={place} href={`#${place}`} aria-current={place === props.place ? 'page' : undefined}>
              {t(`nav.${place}`)}
              {badge(place) > 0 && <span class="badge">{badge(place)}</span>}
            </a>
          ))}
        </nav>
        <div class="standing">
          <span class={['link', live.link.value.state]} role="status">
            <Mark shape={SHAPES[live.link.value.state]} />
            {t(`link.${live.link.value.state}`)}
          </span>
          {signedIn.value && (
            <button type="button" class="quiet" onClick={() => void signOut()}>
              {t('sign-in.out')}
            </button>
          )}
        </div>
      </header>
    );
  },
  { name: 'PageHeader', props: ['place'] },
);
