import type { Redis } from 'ioredis';
import type { RedisConnection } from './connection.js';
import { withDeadline } from './deadline.js';
import { dial, drop } from './dial.js';
import { briefError } from './errors.js';
import type { RedisNode } from './node.js';

export interface SubscriptionOptions {
  readonly connection: RedisConnection;
  readonly channel: string;
  readonly echoChannel: string;
  readonly heartbeat: number;
  readonly clock: () => number;
  readonly received: (text: string) => void;
  /** The channel is heard; nothing is known of what was said on it since that time. */
  readonly connected: (since: number) => void;
  readonly lost: () => void;
}

const FIRST_RETRY = 50;
const SLOWEST_RETRY = 500;

/** One connection that listens, proves every heartbeat that it hears, and is replaced as soon as it does not. */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #begun: number;
  #redis: Redis | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retries = 0;
  #turn = 0;
  #echoes = 0;
  #awaited: { readonly text: string; readonly heard: () => void } | undefined;
  /** Until then nothing can have been missed. */
  #sureUntil: number;
  #closed = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#begun = options.clock();
    this.#sureUntil = this.#begun;
    void this.#open();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#redis) drop(this.#redis);
  }

  async #open(): Promise<void> {
    const { connection, channel, echoChannel } = this.#options;
    await connection.set.settled();
    const node = this.#listenTo();
    if (this.#closed) return;
    if (!node) return this.#retry();
    let redis: Redis | undefined;
    try {
      redis = await dial(node.address, connection.options, { name: 'forebay-bus' });
      this.#listen(redis);
      await withDeadline(redis.subscribe(channel, echoChannel), connection.options.writeTimeout, () =>
        briefError('timeout', `${node.address} did not subscribe in time`),
      );
      await this.#proveAll();
      if (this.#closed) return drop(redis);
      // Lost again in the meantime: another attempt is on its way.
      if (this.#redis !== redis) return;
      this.#retries = 0;
      const since = this.#sureUntil;
      this.#sureUntil = this.#options.clock();
      this.#options.connected(since);
      this.#beatLater();
    } catch {
      if (redis) this.#broken(redis);
      else this.#retry();
    }
  }

  #listen(redis: Redis): void {
    const { channel, echoChannel, received } = this.#options;
    this.#redis = redis;
    redis.once('close', () => this.#broken(redis));
    redis.on('message', (from: string, text: string) => {
      if (this.#redis !== redis) return;
      if (from === channel) received(text);
      else if (from === echoChannel && text === this.#awaited?.text) this.#awaited.heard();
    });
  }

  /** Any node of the set in use that is up; a replica hears as much as its master. */
  #listenTo(): RedisNode | undefined {
    const { connection } = this.#options;
    const up = connection.usable ? connection.set.nodes.filter((node) => node.state === 'up') : [];
    return up[Math.floor(Math.random() * up.length)];
  }

  #broken(redis: Redis): void {
    if (this.#redis !== redis) return;
    this.#redis = undefined;
    drop(redis);
    if (this.#closed) return;
    this.#options.lost();
    this.#retry();
  }

  #retry(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const delay = Math.min(FIRST_RETRY * 2 ** this.#retries, SLOWEST_RETRY) * (0.75 + Math.random() / 2);
    this.#retries += 1;
    this.#timer = setTimeout(() => void this.#open(), delay).unref();
  }

  #beatLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#beat(), this.#options.heartbeat).unref();
  }

  async #beat(): Promise<void> {
    const redis = this.#redis;
    if (!redis) return;
    const asked = this.#options.clock();
    try {
      const masters = this.#options.connection.set.masters.filter((node) => node.state === 'up');
      this.#turn += 1;
      const master = masters[this.#turn % masters.length];
      if (!master) throw briefError('unavailable', 'no master is up');
      await this.#prove(master);
      // A way is proven once each master has had its turn; between, a loss shows in the senders' numbers.
      if (this.#turn % masters.length === 0) this.#sureUntil = asked - this.#options.heartbeat * masters.length;
      if (this.#redis === redis) this.#beatLater();
    } catch {
      this.#broken(redis);
    }
  }

  async #proveAll(): Promise<void> {
    const masters = this.#options.connection.set.masters.filter(({ state }) => state === 'up');
    if (masters.length === 0) throw briefError('unavailable', 'no master is up');
    for (const master of masters) await this.#prove(master);
  }

  /** What is published at this master arrives here. */
  async #prove(master: RedisNode): Promise<void> {
    const { echoChannel, connection } = this.#options;
    const { writeTimeout } = connection.options;
    this.#echoes += 1;
    const text = String(this.#echoes);
    const arrival = new Promise<void>((heard) => {
      this.#awaited = { text, heard };
    });
    await master.run((redis) => redis.publish(echoChannel, text), writeTimeout);
    await withDeadline(arrival, writeTimeout, () => briefError('timeout', `no echo by way of ${master.address}`));
  }
}
