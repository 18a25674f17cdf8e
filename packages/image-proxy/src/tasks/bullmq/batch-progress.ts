import type { Cluster, Redis } from 'ioredis';

/** Outlives any batch that still gets on. Seconds. */
const KEPT = 86_400;

/** Keys after which the progress of a part is told. */
const STEP = 20;

export interface Progress {
  readonly begun: boolean;
  readonly done: number;
}

/** How far batches have come, added up by all who work on their parts. */
export class BatchProgress {
  readonly #client: Redis | Cluster;
  readonly #prefix: string;

  constructor(client: Redis | Cluster, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  async begin(taskId: string): Promise<void> {
    await this.#add(taskId, 0);
  }

  /** Counts keys of a part, and tells of them now and then. */
  counter(taskId: string, onError: (error: Error) => void): { done(keys: number): void; flush(): void } {
    let untold = 0;
    const flush = (): void => {
      const count = untold;
      untold = 0;
      if (count > 0) this.#add(taskId, count).catch(onError);
    };
    return {
      flush,
      done: (keys) => {
        untold += keys;
        if (untold >= STEP) flush();
      },
    };
  }

  async of(taskId: string): Promise<Progress> {
    const done = await this.#client.get(this.keyOf(taskId));
    return { begun: done !== null, done: Number(done ?? 0) };
  }

  async forget(taskId: string): Promise<void> {
    await this.#client.del(this.keyOf(taskId));
  }

  async #add(taskId: string, keys: number): Promise<void> {
    const key = this.keyOf(taskId);
    await this.#client.pipeline().incrby(key, keys).expire(key, KEPT).exec();
  }

  keyOf(taskId: string): string {
    return `${this.#prefix}:progress:${taskId}`;
  }
}
