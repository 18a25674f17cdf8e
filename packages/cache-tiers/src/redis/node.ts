import type { Redis } from 'ioredis';
import { withDeadline } from './deadline.js';
import { dial, drop } from './dial.js';
import { briefError, presentable, replyCode, type RedisTierError } from './errors.js';
import type { ResolvedConnectionOptions } from './options.js';

/** Failures in a row after which a node is left alone until it answers a probe. */
export const FAILURES_TO_OPEN = 3;
/** Commands on their way on the least busy connection from which on another one is opened. */
const BUSY = 8;
const FIRST_PROBE = 50;
const SLOWEST_PROBE = 500;

interface Lane {
  readonly redis: Redis;
  inFlight: number;
}

/** `new`: not yet asked; `up`: connected; `down`: left alone by callers while a probe redials it. */
export type NodeState = 'new' | 'up' | 'down';

/**
 * One server: its connections, and the breaker before them. Redialling is this class's alone (a client library that
 * redials a dead node on every command does so hundreds of times a second), and no caller pays for it: while the node is
 * down a call fails at once.
 */
export class RedisNode {
  readonly address: string;
  state: NodeState = 'new';
  lastError: RedisTierError | undefined;
  readonly #options: ResolvedConnectionOptions;
  readonly #changed: () => void;
  readonly #lanes: Lane[] = [];
  #wanted = 1;
  #dialing = 0;
  #first: Promise<void> | undefined;
  #failures = 0;
  #probes = 0;
  #probeTimer: NodeJS.Timeout | undefined;
  #fillTimer: NodeJS.Timeout | undefined;
  readonly #leaving = new AbortController();
  #closed = false;

  constructor(address: string, options: ResolvedConnectionOptions, changed: () => void) {
    this.address = address;
    this.#options = options;
    this.#changed = changed;
  }

  /** Whether it kept silent when it was asked last. */
  get doubtful(): boolean {
    return this.#failures > 0 || this.state === 'down';
  }

  /** Opens this many connections and keeps them. */
  keep(connections: number): void {
    this.#wanted = Math.max(this.#wanted, connections);
    if (this.state === 'new') this.#first ??= this.#open();
    else if (this.state === 'up') this.#fill();
  }

  /** Resolves when the first attempt to connect has come to an end, good or bad. */
  tried(): Promise<void> {
    this.keep(1);
    return this.#first ?? Promise.resolve();
  }

  /** Runs a command on the least busy connection. An error reply is an answer; silence and a broken connection count against the node. */
  run<T>(send: (redis: Redis) => Promise<T>, ms: number): Promise<T> {
    if (this.state === 'new') return this.#runFirst(send, ms);
    const lane = this.#lane();
    if (!lane) return Promise.reject(this.#unavailable());
    lane.inFlight += 1;
    return withDeadline(send(lane.redis), ms, () => this.#timeout(ms)).then(
      (value) => {
        lane.inFlight -= 1;
        this.#failures = 0;
        return value;
      },
      (error: Error) => {
        lane.inFlight -= 1;
        throw this.#judge(error);
      },
    );
  }

  async #runFirst<T>(send: (redis: Redis) => Promise<T>, ms: number): Promise<T> {
    const begun = performance.now();
    try {
      await withDeadline(this.tried(), ms, () => this.#timeout(ms));
    } catch (error) {
      this.#failures += 1;
      if (this.#failures >= FAILURES_TO_OPEN && this.state === 'new') {
        this.state = 'down';
        this.#changed();
      }
      throw error;
    }
    return this.run(send, Math.max(1, ms - (performance.now() - begun)));
  }

  close(): void {
    this.#closed = true;
    this.#leaving.abort();
    clearTimeout(this.#probeTimer);
    clearTimeout(this.#fillTimer);
    for (const lane of this.#lanes.splice(0)) drop(lane.redis);
    this.state = 'down';
  }

  #lane(): Lane | undefined {
    let best = this.#lanes[0];
    for (const lane of this.#lanes) if (best && lane.inFlight < best.inFlight) best = lane;
    if (best && best.inFlight >= BUSY && this.#lanes.length + this.#dialing < this.#options.poolSize) void this.#dial();
    return best;
  }

  #judge(error: Error): Error {
    if (replyCode(error) !== undefined) {
      this.#failures = 0;
      return error;
    }
    this.lastError = presentable(error);
    this.#failures += 1;
    if (this.#failures >= FAILURES_TO_OPEN && this.state === 'up') this.#down();
    return this.lastError.reason === 'timeout' ? this.lastError : this.#unavailable();
  }

  async #open(): Promise<void> {
    const lane = await this.#dial();
    if (this.#closed || this.state === 'up') return;
    // It may have been lost again in the meantime.
    if (!lane || !this.#lanes.includes(lane)) return this.#down();
    this.state = 'up';
    this.#failures = 0;
    this.#probes = 0;
    this.#changed();
    this.#fill();
  }

  async #dial(): Promise<Lane | undefined> {
    this.#dialing += 1;
    try {
      const redis = await dial(this.address, this.#options, { signal: this.#leaving.signal });
      const lane: Lane = { redis, inFlight: 0 };
      if (this.#closed) {
        drop(redis);
        return undefined;
      }
      this.#lanes.push(lane);
      redis.once('close', () => this.#lost(lane));
      return lane;
    } catch (error) {
      this.lastError = presentable(error);
      return undefined;
    } finally {
      this.#dialing -= 1;
    }
  }

  #fill(): void {
    for (let missing = this.#wanted - this.#lanes.length - this.#dialing; missing > 0; missing -= 1) void this.#dial();
  }

  /** Not at once: a server that hangs up on newcomers must not be dialled in a circle. */
  #fillLater(): void {
    this.#fillTimer ??= setTimeout(() => {
      this.#fillTimer = undefined;
      if (this.state === 'up') this.#fill();
    }, SLOWEST_PROBE).unref();
  }

  #lost(lane: Lane): void {
    const index = this.#lanes.indexOf(lane);
    if (index >= 0) this.#lanes.splice(index, 1);
    if (this.#closed || this.state !== 'up') return;
    if (this.#lanes.length === 0) this.#down();
    else this.#fillLater();
  }

  #down(): void {
    this.state = 'down';
    for (const lane of this.#lanes.splice(0)) drop(lane.redis);
    this.#changed();
    this.#probeLater();
  }

  #probeLater(): void {
    if (this.#closed) return;
    const delay = Math.min(FIRST_PROBE * 2 ** this.#probes, SLOWEST_PROBE) * (0.75 + Math.random() / 2);
    this.#probes += 1;
    this.#probeTimer = setTimeout(() => void this.#open(), delay);
    this.#probeTimer.unref();
  }

  #timeout(ms: number): Error {
    return briefError('timeout', `${this.address} did not answer within ${Math.round(ms)} ms`);
  }

  #unavailable(): Error {
    const cause = this.lastError;
    return briefError('unavailable', `${this.address} cannot be reached${cause ? `: ${cause.message}` : ''}`, cause);
  }
}
