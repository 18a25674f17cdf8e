import type { PurgeMark } from './tier.js';

/** What caches that share a tier tell each other. */
export type BusMessage =
  /** These entries are gone from the shared tiers. */
  | { readonly type: 'delete'; readonly keys: readonly string[] }
  /** These marks hold from now on (prefixes, tags). */
  | { readonly type: 'purge'; readonly marks: readonly PurgeMark[] }
  /** Everything is gone, from the tier of this name or from all; `at` in ms since the epoch. */
  | { readonly type: 'clear'; readonly tier?: string; readonly at: number }
  /** Something of the application's own. */
  | { readonly type: 'note'; readonly topic: string; readonly payload: unknown };

/** Messages may have been lost from `since` until now: what was in memory before `until` may be stale. ms since the epoch. */
export interface BusGap {
  readonly since: number;
  readonly until: number;
}

/**
 * Tells other caches what was invalidated, and notices when it may have missed something. A cache drops what a message
 * names from the tiers that are its own (memory), and on a gap stops trusting what it put there before `until`.
 * Nothing here ever fails a caller.
 */
export interface InvalidationBus {
  /** `lost`: messages of others do not arrive, and what is in memory may be stale. */
  state(): 'connected' | 'lost';
  /** Resolves when the message is out, or when it waits for the connection; never rejects. One's own messages do not come back. */
  publish(message: BusMessage): Promise<void>;
  onMessage(listener: (message: BusMessage) => void): () => void;
  /** Called when messages arrive again after they may have been lost. */
  onGap(listener: (gap: BusGap) => void): () => void;
  onState(listener: (state: 'connected' | 'lost') => void): () => void;
  close(): Promise<void>;
}

/** The right to load an entry, among all processes. */
export interface LoadLease {
  /** Gives it back; whoever waits goes on at once. Never rejects. */
  release(): Promise<void>;
}

/** Lets one process load what many ask for at once. */
export interface Coordinator {
  /**
   * Resolves to a lease for the one who is to load. The others wait until it is given back and get `undefined`: the
   * entry should be in the shared tier now. Fails open: when the store does not answer, when the wait takes too long,
   * or when `signal` aborts, it resolves to a lease that stands for nothing. Never rejects.
   */
  claim(key: string, options?: { readonly signal?: AbortSignal }): Promise<LoadLease | undefined>;
}
