import { onBeforeUnmount, shallowRef, watch, type ShallowRef } from 'vue';
import { CallError } from '../api/call.js';
import type { Link } from '../live/live.js';
import { useDesk } from './desk.js';

export interface Listing<T> {
  readonly data: ShallowRef<T | undefined>;
  /** Why the last question failed. */
  readonly error: ShallowRef<CallError | undefined>;
  /** Asks now. */
  refresh(): Promise<void>;
}

/** What the stream does not tell, asked for again and again while it is looked at. An answer that was overtaken is dropped. */
export function useListing<T>(load: () => Promise<T>, every: number): Listing<T> {
  const { live } = useDesk();
  const data = shallowRef<T>();
  const error = shallowRef<CallError>();
  let timer: number | undefined;
  let latest = 0;
  let ended = false;

  async function refresh(): Promise<void> {
    const asked = (latest += 1);
    clearTimeout(timer);
    try {
      const told = await load();
      if (asked !== latest) return;
      data.value = told;
      error.value = undefined;
    } catch (failure) {
      if (!(failure instanceof CallError)) throw failure;
      if (asked !== latest) return;
      error.value = failure;
    }
    if (!ended && !document.hidden) timer = window.setTimeout(() => void refresh(), every);
  }

  // After a sign-in, a lost connection or a pause, at once; and not at all while nobody can see it.
  const end = watch(live.link, ({ state }, before) => {
    if (state === 'paused') clearTimeout(timer);
    else if (isFollowing(state) && !isFollowing(before.state)) void refresh();
  });
  onBeforeUnmount(() => {
    ended = true;
    latest += 1;
    clearTimeout(timer);
    end();
  });
  void refresh();
  return { data, error, refresh };
}

const isFollowing = (state: Link['state']): boolean => state === 'live' || state === 'polling';
