import type { MemoryTask } from './memory-task.js';

/** Finished tasks of one queue, for so long and so many. */
export class History {
  readonly #tasks = new Map<string, MemoryTask>();
  readonly #most: number;
  readonly #age: number;

  constructor(most: number, age: number) {
    this.#most = most;
    this.#age = age;
  }

  add(task: MemoryTask, now: number): void {
    this.#tasks.set(task.id, task);
    this.#trim(now);
  }

  get(id: string, now: number): MemoryTask | undefined {
    this.#trim(now);
    return this.#tasks.get(id);
  }

  /** The newest first. */
  all(now: number): MemoryTask[] {
    this.#trim(now);
    return [...this.#tasks.values()].toReversed();
  }

  #trim(now: number): void {
    for (const [id, { finishedAt }] of this.#tasks) {
      const tooOld = now - (finishedAt?.getTime() ?? now) > this.#age;
      if (!tooOld && this.#tasks.size <= this.#most) return;
      this.#tasks.delete(id);
    }
  }
}
