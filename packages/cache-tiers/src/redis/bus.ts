import { randomUUID } from 'node:crypto';
import type { BusGap, BusMessage, InvalidationBus } from '../bus.js';
import { RedisConnection } from './connection.js';
import type { RedisNode } from './node.js';
import { wholeNumber, type RedisConnectionOptions } from './options.js';
import { Senders } from './senders.js';
import { Subscription } from './subscription.js';

export interface RedisBusOptions extends RedisConnectionOptions {
  /** A connection to share; whoever made it closes it. @default one of its own, from the other options */
  readonly connection?: RedisConnection;
  /** How often the way from every master to this process is tried. ms @default 1000 */
  readonly heartbeat?: number;
  /** Messages kept while Redis is away; if there are more, the others are told not to trust anything. @default 10000 */
  readonly maxPending?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: () => number;
}

const RETRY_EVERY = 250;

interface Envelope {
  readonly from: string;
  /** Counts the sender's messages, so that a missing one is noticed. */
  readonly number: number;
  /** `undefined`: something was said that was too much to keep. */
  readonly message?: BusMessage;
}

/**
 * The invalidation bus over Redis' publish and subscribe, which promises nothing: so loss is looked for in three ways.
 * The subscriber's connection breaks or does not answer; the heartbeat that this process sends itself by way of
 * each master in turn does not come back (a partition inside the cluster); or a sender's numbers have a hole. All
 * three end in a gap being told.
 */
export const redisBus = (options: RedisBusOptions = {}): InvalidationBus => new RedisBus(options);

class RedisBus implements InvalidationBus {
  readonly #id: string = randomUUID();
  readonly #connection: RedisConnection;
  readonly #owned: boolean;
  readonly #clock: () => number;
  readonly #maxPending: number;
  readonly #channel: string;
  readonly #subscription: Subscription;
  readonly #senders = new Senders();
  readonly #pending: string[] = [];
  readonly #messages = new Set<(message: BusMessage) => void>();
  readonly #gaps = new Set<(gap: BusGap) => void>();
  readonly #states = new Set<(state: 'connected' | 'lost') => void>();
  #number = 0;
  #publishedAt = Number.NEGATIVE_INFINITY;
  #retry: NodeJS.Timeout | undefined;
  #state: 'connected' | 'lost' = 'lost';
  #flushing: Promise<void> | undefined;

  constructor(options: RedisBusOptions) {
    this.#clock = options.clock ?? Date.now;
    this.#maxPending = wholeNumber('maxPending', options.maxPending ?? 10_000, 1, 1_000_000);
    this.#owned = options.connection === undefined;
    this.#connection = options.connection ?? new RedisConnection(options);
    this.#channel = `${this.#connection.names.prefix}bus`;
    this.#subscription = new Subscription({
      connection: this.#connection,
      channel: this.#channel,
      echoChannel: `${this.#channel}:${this.#id}`,
      heartbeat: wholeNumber('heartbeat', options.heartbeat ?? 1000, 10, 600_000),
      clock: this.#clock,
      received: (text) => this.#received(text),
      connected: (since) => this.#connected(since),
      lost: () => this.#setState('lost'),
    });
    this.#connection.onClose(() => this.#end());
  }

  state(): 'connected' | 'lost' {
    return this.#state;
  }

  publish(message: BusMessage): Promise<void> {
    if (this.#pending.length >= this.#maxPending) {
      this.#pending.length = 0;
      this.#queue(undefined);
    }
    this.#queue(message);
    return this.#flush();
  }

  onMessage(listener: (message: BusMessage) => void): () => void {
    this.#messages.add(listener);
    return () => this.#messages.delete(listener);
  }

  onGap(listener: (gap: BusGap) => void): () => void {
    this.#gaps.add(listener);
    return () => this.#gaps.delete(listener);
  }

  onState(listener: (state: 'connected' | 'lost') => void): () => void {
    this.#states.add(listener);
    return () => this.#states.delete(listener);
  }

  close(): Promise<void> {
    this.#end();
    return this.#owned ? this.#connection.close() : Promise.resolve();
  }

  #end(): void {
    clearTimeout(this.#retry);
    this.#subscription.close();
    this.#setState('lost');
  }

  #queue(message: BusMessage | undefined): void {
    this.#number += 1;
    const envelope: Envelope = { from: this.#id, number: this.#number, ...(message && { message }) };
    this.#pending.push(JSON.stringify(envelope));
  }

  #flush(): Promise<void> {
    this.#flushing ??= this.#sendAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #sendAll(): Promise<void> {
    for (let text = this.#pending[0]; text !== undefined; text = this.#pending[0]) {
      const sent = text;
      try {
        await this.#publisher().run(
          (redis) => redis.publish(this.#channel, sent),
          this.#connection.options.writeTimeout,
        );
      } catch {
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => void this.#flush(), RETRY_EVERY).unref();
        return;
      }
      // Twice is harmless, never is not: only what was surely sent is taken off.
      if (this.#pending[0] === sent) this.#pending.shift();
      this.#publishedAt = this.#clock();
    }
  }

  /** Any master will do: a cluster hands messages on to all of its nodes. */
  #publisher(): RedisNode {
    const master = this.#connection.usable && this.#connection.set.masters.find(({ state }) => state === 'up');
    if (!master) throw this.#connection.unavailable();
    return master;
  }

  #received(text: string): void {
    let envelope: Envelope;
    try {
      envelope = JSON.parse(text) as Envelope;
    } catch {
      return;
    }
    if (typeof envelope?.from !== 'string' || envelope.from === this.#id) return;
    const now = this.#clock();
    const verdict = this.#senders.heard(envelope.from, envelope.number, now);
    if (verdict.kind === 'repeated') return;
    if (verdict.kind === 'hole') this.#gap(verdict.since);
    if (envelope.message) for (const listener of this.#messages) listener(envelope.message);
    else this.#gap(0);
  }

  #connected(since: number): void {
    this.#setState('connected');
    this.#gap(since);
    // What was said while the way was broken may have reached a part of the cluster that nobody listened to.
    if (this.#publishedAt >= since) this.#queue(undefined);
    if (this.#pending.length > 0) void this.#flush();
  }

  #gap(since: number): void {
    const gap: BusGap = { since, until: this.#clock() };
    for (const listener of this.#gaps) listener(gap);
  }

  #setState(state: 'connected' | 'lost'): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#states) listener(state);
  }
}
