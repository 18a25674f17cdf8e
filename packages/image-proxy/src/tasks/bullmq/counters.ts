import type { Cluster, Redis } from 'ioredis';
import { minuteOf, RATE_MINUTES, type MinuteCount } from '../rates.js';
import type { TaskQueue } from '../task.js';

/** Milliseconds between two signs of life, and after how many without one a process counts as gone. */
export const HEARTBEAT = 5000;
const GONE_AFTER = 3 * HEARTBEAT;

/** What all nodes add up: ended tasks a minute, and who works. */
export class Counters {
  readonly #client: Redis | Cluster;
  readonly #prefix: string;

  constructor(client: Redis | Cluster, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  async ended(queue: TaskQueue, succeeded: number, failed: number): Promise<void> {
    const key = this.#key(queue, minuteOf(Date.now()));
    const batch = this.#client.pipeline();
    if (succeeded > 0) batch.hincrby(key, 'succeeded', succeeded);
    if (failed > 0) batch.hincrby(key, 'failed', failed);
    await batch.expire(key, (RATE_MINUTES + 2) * 60).exec();
  }

  /** The current minute first. */
  async last(queue: TaskQueue): Promise<MinuteCount[]> {
    const now = minuteOf(Date.now());
    const minutes = Array.from({ length: RATE_MINUTES + 1 }, (_, ago) => this.#key(queue, now - ago));
    const counts = await Promise.all(minutes.map((key) => this.#client.hmget(key, 'succeeded', 'failed')));
    return counts.map(([succeeded, failed]) => ({ succeeded: Number(succeeded ?? 0), failed: Number(failed ?? 0) }));
  }

  async beat(worker: string): Promise<void> {
    const now = Date.now();
    const key = `${this.#prefix}:workers`;
    await this.#client
      .pipeline()
      .zadd(key, now, worker)
      .zremrangebyscore(key, 0, now - 20 * GONE_AFTER)
      .exec();
  }

  async leave(worker: string): Promise<void> {
    await this.#client.zrem(`${this.#prefix}:workers`, worker);
  }

  workers(): Promise<number> {
    return this.#client.zcount(`${this.#prefix}:workers`, Date.now() - GONE_AFTER, '+inf');
  }

  #key(queue: TaskQueue, minute: number): string {
    return `${this.#prefix}:ended:${queue}:${minute}`;
  }
}
