import { randomUUID } from 'node:crypto';
import { sum } from '../batches.js';
import type { NewTask } from '../driver.js';
import { taskController } from '../task-controller.js';
import type { BatchResult, Json, TaskRecord, TaskStatus } from '../task.js';

/** What is run at a time: a whole task, or one part of it. */
export interface Unit {
  readonly task: MemoryTask;
  readonly keys: readonly string[] | undefined;
  readonly controller: AbortController;
}

/** A task and all that is known of it. */
export class MemoryTask {
  readonly id: string = randomUUID();
  /** Without its parts once it has ended: thousands of keys are not kept for the history's sake. */
  order: NewTask;
  readonly isBatch: boolean;
  readonly createdAt: Date;
  readonly keys: number;
  status: TaskStatus = 'PENDING';
  attempts = 0;
  error: string | null = null;
  finishedAt: Date | null = null;
  revoked = false;
  /** Ends the wait for the next attempt. */
  cancelRetry: (() => void) | undefined;
  #result: Json = null;
  #doneKeys = 0;
  #partsLeft: number;
  readonly #partResults: BatchResult[] = [];

  constructor(order: NewTask, now: number) {
    this.order = order;
    this.isBatch = order.parts !== undefined;
    this.createdAt = new Date(now);
    this.#partsLeft = order.parts?.length ?? 0;
    this.keys = order.parts?.reduce((total, part) => total + part.length, 0) ?? 0;
  }

  /** What is to be run of it; a controller is good for one attempt. */
  units(): Unit[] {
    const parts: readonly (readonly string[] | undefined)[] = this.order.parts ?? [undefined];
    return parts.map((keys) => ({ task: this, keys, controller: taskController() }));
  }

  keysDone(count: number): void {
    this.#doneKeys += count;
  }

  /** The result of all parts, with that of the last. */
  partDone(result: BatchResult): BatchResult | undefined {
    this.#partResults.push(result);
    this.#partsLeft -= 1;
    return this.#partsLeft === 0 ? sum(this.#partResults.splice(0)) : undefined;
  }

  end(
    status: TaskStatus,
    now: number,
    { result = null, error = null }: { result?: Json; error?: string | null },
  ): void {
    const { queue, kind, payload } = this.order;
    this.order = { queue, kind, payload };
    this.status = status;
    this.finishedAt = new Date(now);
    this.#result = result;
    this.error = error;
  }

  record(): TaskRecord {
    const { id: taskId, status, attempts, error, createdAt, finishedAt } = this;
    // Only what has ended well is complete.
    const percent = this.keys === 0 ? 0 : Math.min(99, Math.floor((100 * this.#doneKeys) / this.keys));
    const progress = status === 'SUCCESS' ? 100 : percent;
    const { queue } = this.order;
    return { taskId, queue, status, attempts, progress, result: this.#result, error, createdAt, finishedAt };
  }
}
