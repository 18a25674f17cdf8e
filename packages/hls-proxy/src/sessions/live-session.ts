import { Problem } from '@forebay/reverse-proxy';
import type { Cmcd } from './cmcd.js';
import type { InFlight } from './in-flight.js';
import type { SessionHandle } from './session-handle.js';
import type { SessionIdentity, SessionNews } from './session-record.js';

/** What all sessions of a process share. */
export interface Surroundings {
  readonly clock: () => number;
  readonly maxPerSession: number;
  readonly maxPerAddress: number;
  readonly addresses: InFlight;
}

const tooMany = (whose: string): Problem =>
  new Problem(429, 'too-many-requests', `${whose} has as many requests under way as it may`, { retryAfterMs: 1000 });

/** A session as one process knows it, with what has happened here since the store was told. */
export class LiveSession implements SessionHandle {
  readonly identity: SessionIdentity;
  readonly #around: Surroundings;
  readonly #listeners = new Set<() => void>();
  #cmcd: Cmcd | undefined;
  #rendition: string | undefined;
  #bytes = 0;
  #inFlight = 0;
  #changed = true;
  lastSeenAt: number;
  ended = false;

  constructor(identity: SessionIdentity, around: Surroundings) {
    this.identity = identity;
    this.#around = around;
    this.lastSeenAt = around.clock();
  }

  get id(): string {
    return this.identity.id;
  }

  get uid(): string | undefined {
    return this.identity.uid;
  }

  get stream(): string {
    return this.identity.stream;
  }

  /** Whether there is anything to tell, or something still under way. */
  get busy(): boolean {
    return this.#changed || this.#inFlight > 0;
  }

  begin(): () => void {
    const { addresses, maxPerAddress, maxPerSession } = this.#around;
    const { address } = this.identity;
    // Without a user to tell them by, many viewers of one network and player may be one session.
    if (this.uid !== undefined && this.#inFlight >= maxPerSession) throw tooMany('the session');
    if (addresses.of(address) >= maxPerAddress) throw tooMany('the address');
    this.#inFlight += 1;
    addresses.enter(address);
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#inFlight -= 1;
      addresses.leave(address);
    };
  }

  addBytes(bytes: number): void {
    this.#bytes += bytes;
    this.#changed = true;
  }

  watching(rendition: string): void {
    this.#rendition = rendition;
    this.#changed = true;
  }

  onEnd(listener: () => void): () => void {
    if (this.ended) listener();
    else this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A request of it was let in. */
  seen(now: number, cmcd: Cmcd | undefined): void {
    this.lastSeenAt = now;
    this.#changed = true;
    if (cmcd !== undefined) this.#cmcd = cmcd;
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }

  /** What has happened since this was asked last; undefined if nothing has. A transfer under way keeps it from going idle. */
  takeNews(now: number): SessionNews | undefined {
    if (!this.busy) return undefined;
    if (this.#inFlight > 0) this.lastSeenAt = now;
    const news = {
      ...this.identity,
      lastSeenAt: this.lastSeenAt,
      rendition: this.#rendition,
      bytes: this.#bytes,
      cmcd: this.#cmcd,
    };
    this.#bytes = 0;
    this.#rendition = undefined;
    this.#cmcd = undefined;
    this.#changed = false;
    return news;
  }
}
