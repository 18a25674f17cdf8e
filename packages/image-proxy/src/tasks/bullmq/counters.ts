import type { Cluster, Redis } from 'ioredis';
import { minuteOf, RATE_MINUTES, type MinuteCount } from '../rates.js';
import { RUN_TIME_BOUNDS, runTimeBucket } from '../run-times.js';
import type { QueueTotals, TaskQueue } from '../task.js';

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
    const totals = this.#totals(queue);
    const batch = this.#client.pipeline();
    if (succeeded > 0) batch.hincrby(key, 'succeeded', succeeded);
    if (failed > 0) batch.hincrby(key, 'failed', failed);
    if (succeeded > 0) batch.hincrby(totals, 'succeeded', succeeded);
    if (failed > 0) batch.hincrby(totals, 'failed', failed);
    await batch.expire(key, (RATE_MINUTES + 2) * 60).exec();
  }

  /** A run that took so many ms. */
  async ran(queue: TaskQueue, ms: number): Promise<void> {
    const key = this.#totals(queue);
    await this.#client
      .pipeline()
      .hincrby(key, `runs:${runTimeBucket(ms)}`, 1)
      .hincrby(key, 'runs:ms', Math.round(ms))
      .exec();
  }

  async totals(queue: TaskQueue): Promise<QueueTotals> {
    const known = await this.#client.hgetall(this.#totals(queue));
    const count = (field: string): number => Number(known[field] ?? 0);
    const buckets = Array.from({ length: RUN_TIME_BOUNDS.length + 1 }, (_, bucket) => count(`runs:${bucket}`));
    return {
      succeeded: count('succeeded'),
      failed: count('failed'),
      runs: { counts: buckets, sum: count('runs:ms') },
    };
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

  /** Kept for good: a few fields a queue. */
  #totals(queue: TaskQueue): string {
    return `${this.#prefix}:totals:${queue}`;
  }

  #key(queue: TaskQueue, minute: number): string {
    return `${this.#prefix}:ended:${queue}:${minute}`;
  }
}
