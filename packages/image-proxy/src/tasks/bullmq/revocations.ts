import type { Cluster, Redis } from 'ioredis';
import type { TaskRecord } from '../task.js';

/** What BullMQ has no room for: tasks that are to be stopped, and the records of those that were. */
export class Revocations {
  readonly #client: Redis | Cluster;
  readonly #asked: string;
  readonly #records: string;
  readonly #times: string;
  readonly #most: number;
  readonly #age: number;

  constructor(client: Redis | Cluster, prefix: string, kept: { readonly count: number; readonly age: number }) {
    this.#client = client;
    this.#asked = `${prefix}:revoke-asked`;
    this.#records = `${prefix}:revoked`;
    this.#times = `${prefix}:revoked-at`;
    this.#most = kept.count;
    this.#age = kept.age;
  }

  /** Asks whoever runs the task to stop. */
  async ask(taskId: string): Promise<void> {
    const now = Date.now();
    await this.#client.zadd(this.#asked, now, taskId);
    // Of tasks that ended in spite of it.
    await this.#client.zremrangebyscore(this.#asked, 0, now - this.#age);
  }

  /** Which of these tasks are to stop. */
  async asked(taskIds: readonly string[]): Promise<readonly string[]> {
    if (taskIds.length === 0) return [];
    const times = await this.#client.zmscore(this.#asked, ...taskIds);
    return taskIds.filter((_, index) => times[index] !== null);
  }

  /** Keeps the record of a task that was stopped. */
  async keep(record: TaskRecord): Promise<void> {
    const now = Date.now();
    const { taskId } = record;
    await this.#client.hset(this.#records, taskId, JSON.stringify(record));
    await this.#client.zadd(this.#times, now, taskId);
    await this.#client.zrem(this.#asked, taskId);
    const tooOld = await this.#client.zrangebyscore(this.#times, 0, now - this.#age, 'LIMIT', 0, 100);
    const tooMany = await this.#client.zrange(this.#times, 0, -(this.#most + 1));
    await this.forget(...new Set([...tooOld, ...tooMany]));
  }

  async forget(...taskIds: readonly string[]): Promise<void> {
    if (taskIds.length === 0) return;
    await this.#client.hdel(this.#records, ...taskIds);
    await this.#client.zrem(this.#times, ...taskIds);
  }

  async get(taskId: string): Promise<TaskRecord | undefined> {
    const text = await this.#client.hget(this.#records, taskId);
    return text === null ? undefined : revive(text);
  }

  /** The newest first. */
  async all(): Promise<TaskRecord[]> {
    const ids = await this.#client.zrange(this.#times, 0, this.#most - 1, 'REV');
    if (ids.length === 0) return [];
    const texts = await this.#client.hmget(this.#records, ...ids);
    return texts.flatMap((text) => (text === null ? [] : revive(text)));
  }
}

function revive(text: string): TaskRecord {
  const record = JSON.parse(text) as TaskRecord;
  const { createdAt, finishedAt } = record;
  return { ...record, createdAt: new Date(createdAt), finishedAt: finishedAt === null ? null : new Date(finishedAt) };
}
