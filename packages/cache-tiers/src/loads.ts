import { Answers, type Flights } from './answers.js';
import type { CacheEvents, Loader } from './cache.js';
import type { ResolvedCacheOptions } from './cache-options.js';
import { CacheError } from './errors.js';
import type { Events } from './events.js';
import type { Filler } from './filler.js';
import { Flight } from './flight.js';
import { type Found, judge } from './found.js';
import type { Ladder } from './ladder.js';
import { discard } from './pump.js';
import { Remembered } from './remembered.js';
import { cancelled } from './whole-body.js';

const MAX_TIMER_MS = 2 ** 31 - 1;

/** How a load is run. */
export interface LoadKind {
  readonly hardTimeout: number;
  /** Nobody else may join it until it turns out that it can be shared. */
  readonly alone: boolean;
  /** Behind an answer: it goes on although nobody waits. */
  readonly background: boolean;
  /** The tiers below memory were not asked yet: they may have a fresh copy. */
  readonly look: boolean;
}

/** Runs loaders: one at a time for a key, as long as anybody wants it, and stores what comes. */
export class Loads<M> implements Flights<M> {
  readonly remembered: Remembered;
  readonly counts: { loads: number; errors: number } = { loads: 0, errors: 0 };
  readonly #options: ResolvedCacheOptions;
  readonly #ladder: Ladder<M>;
  readonly #events: Events<CacheEvents<M>>;
  readonly #answers: Answers<M>;
  readonly #flights = new Map<string, Flight<M>>();
  readonly #running = new Set<Flight<M>>();
  #background = 0;

  constructor(options: ResolvedCacheOptions, ladder: Ladder<M>, filler: Filler, events: Events<CacheEvents<M>>) {
    this.#options = options;
    this.#ladder = ladder;
    this.#events = events;
    this.remembered = new Remembered(options.clock);
    this.#answers = new Answers<M>({ options, ladder, filler, events, remembered: this.remembered, flights: this });
  }

  get running(): number {
    return this.#running.size;
  }

  /** The load of a key that one who comes now can join. */
  joinable(key: string): Flight<M> | undefined {
    const flight = this.#flights.get(key);
    return flight?.joinable === true ? flight : undefined;
  }

  begin(key: string, load: Loader<M>, stale: Found<M> | undefined, how: LoadKind): Flight<M> {
    const flight = new Flight<M>(key, stale, this.#ladder.storeTime(), how.background);
    if (!how.alone) this.#flights.set(key, flight);
    this.#running.add(flight);
    if (how.background) this.#background++;
    void this.#run(flight, load, how).finally(() => {
      if (how.background) this.#background--;
    });
    return flight;
  }

  /** Refreshes behind an answer, unless that is going on, has just failed, or too much goes on already. */
  refresh(key: string, load: Loader<M>, stale: Found<M>, hardTimeout: number, look: boolean): void {
    if (this.joinable(key) !== undefined || this.#background >= this.#options.maxBackgroundLoads) return;
    if (this.remembered.failure(key) !== undefined) return;
    this.begin(key, load, stale, { hardTimeout, alone: false, background: true, look });
  }

  /** Nobody wants it any more. */
  abandon(flight: Flight<M>): void {
    this.#stop(flight, cancelled());
  }

  /** Its body is arriving and can be shared. */
  share(flight: Flight<M>): void {
    if (flight.keep && !this.#flights.has(flight.key)) this.#flights.set(flight.key, flight);
  }

  /** Nobody else may join it. */
  unshare(flight: Flight<M>): void {
    if (this.#flights.get(flight.key) === flight) this.#flights.delete(flight.key);
  }

  /** There is nothing more to it. */
  done(flight: Flight<M>): void {
    this.#running.delete(flight);
    this.unshare(flight);
  }

  /** Its body broke while it arrived. */
  brokeOff(flight: Flight<M>, error: unknown): void {
    this.done(flight);
    if (flight.controller.signal.aborted) return;
    this.counts.errors++;
    this.#events.emit('load-error', { key: flight.key, error, stale: false });
    flight.controller.abort(error);
  }

  /** What these loads bring was purged: it goes to those who wait, and into no tier. */
  disown(covers: (key: string) => boolean): void {
    for (const flight of this.#running) {
      if (!covers(flight.key)) continue;
      flight.keep = false;
      this.unshare(flight);
    }
  }

  close(): void {
    for (const flight of this.#running) this.#stop(flight, new CacheError('ERR_CACHE_CLOSED', 'The cache was closed'));
    this.#flights.clear();
  }

  #stop(flight: Flight<M>, reason: CacheError): void {
    flight.controller.abort(reason);
    flight.reject(reason);
    flight.growing?.fail(reason);
    this.done(flight);
  }

  async #run(flight: Flight<M>, load: Loader<M>, how: LoadKind): Promise<void> {
    const { key, controller } = flight;
    const { signal } = controller;
    const timer = this.#limit(flight, how.hardTimeout);
    const coordinator = how.alone ? undefined : this.#options.coordinator;
    const lease = await coordinator?.claim(key, { signal });
    try {
      if (flight.settled) return;
      const elsewhere = coordinator !== undefined && lease === undefined;
      if ((how.look || elsewhere) && (await this.#foundMeanwhile(flight))) return;
      this.counts.loads++;
      const { stale } = flight;
      const context = { key, signal, stale: stale && { head: stale.head, size: stale.body.size } };
      const loaded = await load(context);
      if (flight.settled) {
        if (loaded.kind !== 'renew') discard(loaded.body);
      } else flight.resolve(this.#answers.take(flight, loaded));
    } catch (error) {
      this.#failed(flight, error);
      // A loader that has begun an answer which cannot be used is told to let go of it.
      controller.abort(error);
    } finally {
      clearTimeout(timer);
      // Whoever waits for it elsewhere looks into the shared tier next.
      void flight.filled.then(() => lease?.release());
    }
  }

  #limit(flight: Flight<M>, hardTimeout: number): NodeJS.Timeout | undefined {
    if (hardTimeout > MAX_TIMER_MS) return undefined;
    return setTimeout(() => {
      const error = new CacheError('ERR_CACHE_LOAD_TIMEOUT', `No answer for ${flight.key} within ${hardTimeout} ms`);
      this.#failed(flight, error);
      flight.controller.abort(error);
    }, hardTimeout);
  }

  async #foundMeanwhile(flight: Flight<M>): Promise<boolean> {
    const found = await this.#ladder.find(flight.key, flight.stale);
    if (found === undefined || judge(found, this.#options.clock(), undefined) !== 'fresh') return false;
    flight.resolve({ kind: 'found', found });
    this.done(flight);
    return true;
  }

  #failed(flight: Flight<M>, error: unknown): void {
    if (flight.settled) return;
    this.counts.errors++;
    const { key } = flight;
    const stale = flight.stale !== undefined;
    if (stale) this.remembered.failed(key, error, this.#options.retryStaleAfter);
    this.#events.emit('load-error', { key, error, stale });
    flight.reject(error);
    this.done(flight);
  }
}
