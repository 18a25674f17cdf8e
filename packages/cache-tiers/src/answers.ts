import { joinBytes } from './bytes.js';
import type { CacheEvents, Loaded } from './cache.js';
import type { ResolvedCacheOptions } from './cache-options.js';
import type { Body, EntryHead } from './entry.js';
import { CacheError } from './errors.js';
import type { Events } from './events.js';
import type { Filler } from './filler.js';
import type { Flight, Outcome } from './flight.js';
import type { Found } from './found.js';
import { GrowingBody } from './growing-body.js';
import type { Ladder } from './ladder.js';
import { headFor } from './lifetime.js';
import { discard, pump } from './pump.js';
import type { Remembered } from './remembered.js';
import { WholeBody } from './whole-body.js';

/** What an answer's body does to the load that it belongs to. */
export interface Flights<M> {
  share(flight: Flight<M>): void;
  unshare(flight: Flight<M>): void;
  done(flight: Flight<M>): void;
  abandon(flight: Flight<M>): void;
  brokeOff(flight: Flight<M>, error: unknown): void;
}

export interface AnswersContext<M> {
  readonly options: ResolvedCacheOptions;
  readonly ladder: Ladder<M>;
  readonly filler: Filler;
  readonly events: Events<CacheEvents<M>>;
  readonly remembered: Remembered;
  readonly flights: Flights<M>;
}

/** Takes what a loader came back with: stores it, passes it on, or renews the copy that it found right. */
export class Answers<M> {
  readonly #options: ResolvedCacheOptions;
  readonly #ladder: Ladder<M>;
  readonly #filler: Filler;
  readonly #events: Events<CacheEvents<M>>;
  readonly #remembered: Remembered;
  readonly #flights: Flights<M>;

  constructor(context: AnswersContext<M>) {
    this.#options = context.options;
    this.#ladder = context.ladder;
    this.#filler = context.filler;
    this.#events = context.events;
    this.#remembered = context.remembered;
    this.#flights = context.flights;
  }

  take(flight: Flight<M>, loaded: Loaded<M>): Outcome<M> {
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
    this.#remembered.succeeded(key);
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
      void flight.filled.then(() => this.#flights.done(flight));
      if (entry !== undefined) this.#flights.done(flight);
      return { kind: 'loaded', head, body, entry };
    }
    const body = new GrowingBody({
      size: loaded.size,
      retainBytes: this.#options.retainBytes,
      windowBytes: this.#options.windowBytes,
      onEnd: () => {
        const { bytes } = body;
        if (bytes === undefined) {
          this.#ladder.memory?.remove(key);
          if (this.#events.heard('store')) this.#events.emit('store', { key, head, size: body.arrived });
        }
        // What memory did not take stays joinable until a tier below has it.
        if (bytes !== undefined && place(bytes) !== undefined) this.#flights.done(flight);
        else void flight.filled.then(() => this.#flights.done(flight));
      },
      onFail: (error) => this.#flights.brokeOff(flight, error),
      onAbandoned: () => this.#flights.abandon(flight),
    });
    if (flight.background) body.hold();
    flight.growing = body;
    this.#flights.share(flight);
    for (let waiting = flight.waiting; waiting > 0; waiting--) body.claim();
    flight.filled = this.#filler.fill({ key, head, body, wanted });
    pump(loaded.body, body, flight.controller.signal);
    return { kind: 'loaded', head, body, entry: undefined };
  }

  #pass(flight: Flight<M>, loaded: Extract<Loaded<M>, { kind: 'pass' }>): Outcome<M> {
    const { key } = flight;
    this.#remembered.passed(key, this.#options.passFor);
    this.#flights.unshare(flight);
    const head = this.#head({
      metadata: loaded.metadata,
      lifetime: { ttl: 0, staleIfError: 0, staleWhileRevalidate: 0 },
    });
    if (flight.waiting === 0) {
      // A refresh behind an answer: nobody is there to take it.
      discard(loaded.body);
      this.#flights.abandon(flight);
    }
    let body: Body;
    if (loaded.body instanceof Uint8Array) {
      body = wholeOf(loaded.body, loaded.size);
      this.#flights.done(flight);
    } else {
      const growing = new GrowingBody({
        size: loaded.size,
        retainBytes: 0,
        windowBytes: this.#options.windowBytes,
        onEnd: () => this.#flights.done(flight),
        onFail: (error) => this.#flights.brokeOff(flight, error),
        onAbandoned: () => this.#flights.abandon(flight),
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
    this.#remembered.succeeded(key);
    const { bytes } = stale.body;
    const wanted = (): boolean => flight.keep;
    const entry = bytes === undefined || !wanted() ? undefined : this.#ladder.place(key, head, bytes);
    if (wanted()) void this.#renewBelow(key, head, stale, wanted);
    this.#flights.done(flight);
    return { kind: 'renewed', head, found: stale, entry };
  }

  /** Renews in the tiers below memory; where none has this very entry any more, they get it again. */
  async #renewBelow(key: string, head: EntryHead<M>, stale: Found<M>, wanted: () => boolean): Promise<void> {
    const { bytes } = stale.body;
    const previous = stale.head;
    const renewed = await Promise.all(
      this.#ladder.slots.map((slot) =>
        slot.attempt('write', 'renew', () => slot.tier.renew(key, head, previous), true),
      ),
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
