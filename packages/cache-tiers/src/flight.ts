import type { Body, EntryHead } from './entry.js';
import type { Found } from './found.js';
import type { GrowingBody } from './growing-body.js';
import type { KeptEntry } from './memory/memory-entry.js';

/** What a load came to. */
export type Outcome<M> =
  | {
      readonly kind: 'loaded';
      readonly head: EntryHead<M>;
      readonly body: Body;
      readonly entry: KeptEntry<M> | undefined;
    }
  | {
      readonly kind: 'renewed';
      readonly head: EntryHead<M>;
      readonly found: Found<M>;
      readonly entry: KeptEntry<M> | undefined;
    }
  /** Another process had loaded it already. */
  | { readonly kind: 'found'; readonly found: Found<M> }
  /** Not to be shared: the first who takes it has it. */
  | { readonly kind: 'passed'; readonly head: EntryHead<M>; readonly body: Body; taken: boolean };

/** One load and all who wait for it. */
export class Flight<M> {
  readonly key: string;
  /** The copy that is to be refreshed. */
  readonly stale: Found<M> | undefined;
  /** When it began: what is purged after that is not to be stored by it. */
  readonly startedAt: number;
  readonly controller: AbortController = new AbortController();
  readonly outcome: Promise<Outcome<M>>;
  /** Nobody waits, and yet it is to go on. */
  background: boolean;
  /** False once what it loads was purged meanwhile: those who wait get it, no tier does. */
  keep: boolean = true;
  growing: GrowingBody | undefined;
  /** Resolves when the tiers below memory have what was loaded, or have given up. */
  filled: Promise<void> = Promise.resolve();
  #state: 'loading' | 'resolved' | 'rejected' = 'loading';
  #waiting = 0;
  #resolve: (outcome: Outcome<M>) => void = nothing;
  #reject: (error: unknown) => void = nothing;

  constructor(key: string, stale: Found<M> | undefined, startedAt: number, background: boolean) {
    this.key = key;
    this.stale = stale;
    this.startedAt = startedAt;
    this.background = background;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Everyone may have left by the time it fails.
    this.outcome.catch(nothing);
  }

  get settled(): boolean {
    return this.#state !== 'loading';
  }

  /** Whether one who comes now can still have all of it. */
  get joinable(): boolean {
    if (!this.keep || this.#state === 'rejected') return false;
    return this.#state === 'loading' || this.growing === undefined || this.growing.joinable;
  }

  /** How many wait for the outcome, or have not taken it yet. */
  get waiting(): number {
    return this.#waiting;
  }

  join(): void {
    this.#waiting++;
    if (this.#state === 'resolved') this.growing?.claim();
  }

  /** One who waited has the outcome now. */
  took(): void {
    this.#waiting--;
  }

  /** One who waited has left by the time the outcome came: what was set aside for them is not to hold the body up. */
  missed(outcome: Outcome<M>): void {
    if (this.growing === undefined || !this.growing.joinable) return;
    // What is not shared was set aside once, for whoever takes it.
    if (outcome.kind === 'passed' && (outcome.taken || this.#waiting > 0)) return;
    this.growing.reader().cancel();
  }

  /** True if that was the last who waited for a load that nothing else keeps going. */
  leave(): boolean {
    this.#waiting--;
    return this.#waiting === 0 && !this.background && this.#state === 'loading';
  }

  resolve(outcome: Outcome<M>): void {
    if (this.#state !== 'loading') return;
    this.#state = 'resolved';
    this.#resolve(outcome);
  }

  reject(error: unknown): void {
    if (this.#state !== 'loading') return;
    this.#state = 'rejected';
    this.#reject(error);
  }
}

function nothing(): void {}
