import { joinBytes } from './bytes.js';
import type { CacheEvents, Loaded, Loader } from './cache.js';
import type { ResolvedCacheOptions } from './cache-options.js';
import type { Body, EntryHead } from './entry.js';
import { CacheError } from './errors.js';
import type { Events } from './events.js';
import type { Filler } from './filler.js';
import { Flight, type Outcome } from './flight.js';
import { type Found, judge } from './found.js';
import { GrowingBody } from './growing-body.js';
import type { Ladder } from './ladder.js';
import { headFor } from './lifetime.js';
import { discard, pump } from './pump.js';
import { Remembered } from './remembered.js';
import { cancelled, WholeBody } from './whole-body.js';

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
export class Loads<M> {
  readonly remembered: Remembered;
  readonly counts: { loads: number; errors: number } = { loads: 0, errors: 0 };
  readonly #options: ResolvedCacheOptions;
  readonly #ladder: Ladder<M>;
  readonly #filler: Filler;
  readonly #events: Events<CacheEvents<M>>;
  readonly #flights = new Map<string, Flight<M>>();
  readonly #running = new Set<Flight<M>>();
  #background = 0;

  constructor(options: ResolvedCacheOptions, ladder: Ladder<M>, filler: Filler, events: Events<CacheEvents<M>>) {
    this.#options = options;
    this.#ladder = ladder;
    this.#filler = filler;
    this.#events = events;
    this.remembered = new Remembered(options.clock);
  }

  get running(): number {
    return this.#running.size;
  }

  /** The load of a key that one who comes now can join. */
  joinable(key: string): Flight<M> | undefined {
    const flight = this.#flights.get(key);
    return flight?.joinable === true ? flight : undefined;
  }

  begin(
    key: string,
    load: Loader<M>,
    stale: Found<M> | undefined,
    how: {
      readonly hardTimeout: number;
      readonly alone: boolean;
      readonly background: boolean;
      readonly look: boolean;
    },
  ): Flight<M> {
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

  /** Nobody waits for it any more. */
  abandon(flight: Flight<M>): void {
    this.#stop(flight, cancelled());
  }

  /** What these loads bring was purged: it goes to those who wait, and into no tier. */
  disown(covers: (key: string) => boolean): void {
    for (const flight of this.#running) {
      if (!covers(flight.key)) continue;
      flight.keep = false;
      this.#forget(flight);
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
    this.#done(flight);
  }

  #done(flight: Flight<M>): void {
    this.#running.delete(flight);
    this.#forget(flight);
  }

  #forget(flight: Flight<M>): void {
    if (this.#flights.get(flight.key) === flight) this.#flights.delete(flight.key);
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
      } else flight.resolve(this.#take(flight, loaded));
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
    this.#done(flight);
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
    this.#done(flight);
  }

  #take(flight: Flight<M>, loaded: Loaded<M>): Outcome<M> {
    switch (loaded.kind) {
      case 'store':
        return this.#store(flight, loaded);
      case 'pass':
        return this.#pass(flight, loaded);
      case 'renew':
        return this.#renew(flight, loaded);
    }
  }

  #head(loaded: {
    metadata: M;
    lifetime: Parameters<typeof headFor>[1];
    tags?: readonly string[];
  }): ReturnType<typeof headFor<M>> {
    const storedAt = this.#ladder.storeTime();
    return headFor(loaded.metadata, loaded.lifetime, loaded.tags ?? [], storedAt, this.#options.lifetimes);
  }

  #store(flight: Flight<M>, loaded: Extract<Loaded<M>, { kind: 'store' }>): Outcome<M> {
    const { key } = flight;
    const head = this.#head(loaded);
    this.remembered.succeeded(key);
    const wanted = (): boolean =>
      flight.keep && this.#ladder.marks.apply(key, { ...head, storedAt: flight.startedAt }) !== undefined;
    const place = (bytes: Uint8Array): ReturnType<Ladder<M>['place']> => {
      if (this.#events.heard('store')) this.#events.emit('store', { key, head, size: bytes.byteLength });
      return wanted() ? this.#ladder.place(key, head, bytes) : undefined;
    };
    if (loaded.body instanceof Uint8Array) {
      const body = wholeOf(loaded.body, loaded.size);
      const entry = place(body.bytes);
      flight.filled = this.#filler.fill({ key, head, body, wanted });
      void flight.filled.then(() => this.#done(flight));
      if (entry !== undefined) this.#done(flight);
      return { kind: 'loaded', head, body, entry };
    }
    const body = new GrowingBody({
      size: loaded.size,
      retainBytes: this.#options.retainBytes,
      windowBytes: this.#options.windowBytes,
      onEnd: () => {
        const { bytes } = body;
        if (bytes === undefined && this.#events.heard('store'))
          this.#events.emit('store', { key, head, size: body.arrived });
        // What memory did not take stays joinable until a tier below has it.
        if (bytes !== undefined && place(bytes) !== undefined) this.#done(flight);
        else void flight.filled.then(() => this.#done(flight));
      },
      onFail: (error) => this.#brokeOff(flight, error),
      onAbandoned: () => this.abandon(flight),
    });
    if (flight.background) body.hold();
    flight.growing = body;
    if (flight.keep && !this.#flights.has(key)) this.#flights.set(key, flight);
    for (let waiting = flight.waiting; waiting > 0; waiting--) body.claim();
    flight.filled = this.#filler.fill({ key, head, body, wanted });
    pump(loaded.body, body, flight.controller.signal);
    return { kind: 'loaded', head, body, entry: undefined };
  }

  #brokeOff(flight: Flight<M>, error: unknown): void {
    this.#done(flight);
    if (flight.controller.signal.aborted) return;
    this.counts.errors++;
    this.#events.emit('load-error', { key: flight.key, error, stale: false });
    flight.controller.abort(error);
  }

  #pass(flight: Flight<M>, loaded: Extract<Loaded<M>, { kind: 'pass' }>): Outcome<M> {
    const { key } = flight;
    this.remembered.passed(key, this.#options.passFor);
    this.#forget(flight);
    const head = this.#head({
      metadata: loaded.metadata,
      lifetime: { ttl: 0, staleIfError: 0, staleWhileRevalidate: 0 },
    });
    if (flight.background) {
      // A refresh behind an answer: nobody is there to take it.
      discard(loaded.body);
      this.#stop(flight, cancelled());
    }
    let body: Body;
    if (loaded.body instanceof Uint8Array) {
      body = wholeOf(loaded.body, loaded.size);
      this.#done(flight);
    } else {
      const growing = new GrowingBody({
        size: loaded.size,
        retainBytes: 0,
        windowBytes: this.#options.windowBytes,
        onEnd: () => this.#done(flight),
        onFail: (error) => this.#brokeOff(flight, error),
        onAbandoned: () => this.abandon(flight),
      });
      body = flight.growing = growing;
      growing.claim();
      if (!flight.settled) pump(loaded.body, growing, flight.controller.signal);
    }
    return { kind: 'passed', head, body, taken: false };
  }

  #renew(flight: Flight<M>, loaded: Extract<Loaded<M>, { kind: 'renew' }>): Outcome<M> {
    const { key, stale } = flight;
    if (stale === undefined)
      throw new CacheError('ERR_CACHE_NOTHING_TO_RENEW', `There is no copy of ${key} that could still be right`);
    const head = this.#head(loaded);
    this.remembered.succeeded(key);
    const { bytes } = stale.body;
    const wanted = (): boolean => flight.keep;
    const entry = bytes === undefined || !wanted() ? undefined : this.#ladder.place(key, head, bytes);
    if (wanted()) void this.#renewBelow(key, head, bytes, wanted);
    this.#done(flight);
    return { kind: 'renewed', head, found: stale, entry };
  }

  /** Renews in the tiers below memory; where none has the entry any more, they get it again. */
  async #renewBelow(
    key: string,
    head: EntryHead<M>,
    bytes: Uint8Array | undefined,
    wanted: () => boolean,
  ): Promise<void> {
    const renewed = await Promise.all(
      this.#ladder.slots.map((slot) => slot.attempt('write', 'renew', () => slot.tier.renew(key, head), true)),
    );
    if (bytes !== undefined && !renewed.includes(true))
      await this.#filler.fill({ key, head, body: new WholeBody(bytes), wanted });
  }
}

function wholeOf(bytes: Uint8Array, size: number | undefined): WholeBody & { readonly bytes: Uint8Array } {
  if (size !== undefined && size !== bytes.byteLength)
    throw new CacheError('ERR_CACHE_BODY_LENGTH', `The body has ${bytes.byteLength} bytes, not the announced ${size}`);
  return new WholeBody(joinBytes([bytes]));
}
