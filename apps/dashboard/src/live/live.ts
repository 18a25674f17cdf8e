import { shallowRef, type ShallowRef } from 'vue';
import { call, type CallError } from '../api/call.js';
import type { Overview } from '../api/overview.js';
import { History, type Past } from './history.js';

/** How the page stands with the server. */
export type Link =
  | { readonly state: 'connecting' | 'live' | 'polling' | 'paused' | 'signed-out' }
  /** Since epoch ms. */
  | { readonly state: 'lost'; readonly since: number }
  /** In the server's words. */
  | { readonly state: 'refused'; readonly detail: string };

export interface Live {
  readonly overview: ShallowRef<Overview | undefined>;
  readonly past: ShallowRef<Past>;
  readonly link: ShallowRef<Link>;
  /** Begins again, after a sign-in or because somebody does not want to wait. */
  connect(): void;
  signedOut(): void;
}

/** Events come once a second: without one for so long, the connection is held to be lost. ms */
const SILENCE = 4000;
const POLL_EVERY = 2000;
const LONGEST_WAIT = 8000;
/** While polling, how long until the stream is tried again. ms */
const STREAM_AGAIN = 30_000;
/** How often the five minutes that are not over are asked for: events tell of seconds alone. ms */
const SLOTS_EVERY = 60_000;

/**
 * Follows the server: by its stream of events, by asking every two seconds where there is no room at the stream, and not
 * at all while nobody can see the page. What comes is shown once a frame, however fast it comes.
 */
export function follow(): Live {
  const overview = shallowRef<Overview>();
  const history = new History();
  const past = shallowRef<Past>(history.past);
  const link = shallowRef<Link>({ state: 'connecting' });
  let source: EventSource | undefined;
  let timer: number | undefined;
  let latest: Overview | undefined;
  let frame = 0;
  let heardAt = 0;
  let streamTriedAt = 0;
  let slotsAt = 0;
  let wait = 1000;

  const show = (): void => {
    frame = 0;
    overview.value = latest;
    past.value = history.past;
  };
  const take = (told: Overview): void => {
    heardAt = Date.now();
    wait = 1000;
    latest = told;
    if (told.series !== undefined) {
      history.merge(told.series);
      slotsAt = heardAt;
    } else if (told.point !== null) history.push(told.point);
    frame ||= requestAnimationFrame(show);
  };
  const lose = (): void => {
    if (link.value.state !== 'lost') link.value = { state: 'lost', since: Date.now() };
  };
  const stop = (): void => {
    source?.close();
    source = undefined;
    clearTimeout(timer);
  };
  const later = (ms: number, then: () => void): void => {
    clearTimeout(timer);
    timer = window.setTimeout(then, ms);
  };

  function listen(): void {
    stop();
    streamTriedAt = Date.now();
    heardAt = Date.now();
    const opened = new EventSource('/api/v1/events');
    source = opened;
    opened.addEventListener('overview', ({ data }: MessageEvent<string>) => {
      take(JSON.parse(data) as Overview);
      if (link.value.state !== 'live') link.value = { state: 'live' };
    });
    opened.addEventListener('error', () => {
      if (source !== opened) return;
      // It says not why: a question does.
      stop();
      void poll();
    });
    later(1000, watch);
  }

  function watch(): void {
    if (Date.now() - heardAt > SILENCE) {
      stop();
      void poll();
      return;
    }
    if (Date.now() - slotsAt > SLOTS_EVERY && latest !== undefined) {
      slotsAt = Date.now();
      ask()
        .then(take)
        .catch(() => undefined);
    }
    later(1000, watch);
  }

  const ask = (): Promise<Overview> =>
    call('GET', `/api/v1/overview${latest === undefined ? '' : `?since=${latest.id}`}`);

  async function poll(): Promise<void> {
    try {
      const told = await ask();
      if (document.hidden || source !== undefined) return;
      take(told);
      const { state } = link.value;
      link.value = { state: 'polling' };
      if (state === 'live' || state === 'lost' || Date.now() - streamTriedAt > STREAM_AGAIN) listen();
      else later(POLL_EVERY, () => void poll());
    } catch (error) {
      if (document.hidden || source !== undefined) return;
      const { status, message } = error as CallError;
      if (status === 401) link.value = { state: 'signed-out' };
      else if (status === 403) link.value = { state: 'refused', detail: message };
      else {
        lose();
        later(wait, () => void poll());
        wait = Math.min(LONGEST_WAIT, wait * 2);
      }
    }
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      stop();
      link.value = { state: 'paused' };
    } else if (link.value.state === 'paused') listen();
  });
  if (document.hidden) link.value = { state: 'paused' };
  else listen();

  return {
    overview,
    past,
    link,
    connect() {
      link.value = { state: 'connecting' };
      wait = 1000;
      listen();
    },
    signedOut() {
      stop();
      link.value = { state: 'signed-out' };
    },
  };
}
