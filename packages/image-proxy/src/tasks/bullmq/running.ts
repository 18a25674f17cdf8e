import { TaskRevokedError } from '../errors.js';
import { taskController } from '../task-controller.js';
import type { Revocations } from './revocations.js';

/** Milliseconds between two looks for tasks to stop, while any run. */
const LOOK_EVERY = 250;

interface Entry {
  readonly taskId: string;
  readonly jobId: string;
  readonly controller: AbortController;
}

/** The jobs that run in this process, and how they are stopped: when revoked, taken away, or at the end of the process. */
export class Running {
  readonly #entries = new Set<Entry>();
  readonly #revocations: Revocations;
  readonly #onError: (error: Error) => void;
  readonly #onIdle: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(revocations: Revocations, onError: (error: Error) => void) {
    this.#revocations = revocations;
    this.#onError = onError;
  }

  async track<T>(taskId: string, jobId: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const entry: Entry = { taskId, jobId, controller: taskController() };
    this.#entries.add(entry);
    this.#timer ??= setInterval(() => void this.#look(), LOOK_EVERY).unref();
    try {
      return await work(entry.controller.signal);
    } finally {
      this.#entries.delete(entry);
      if (this.#entries.size === 0) {
        clearInterval(this.#timer);
        this.#timer = undefined;
        for (const tell of this.#onIdle.splice(0)) tell();
      }
    }
  }

  /** Stops those jobs, or all of them; returns how many. */
  abort(reason: Error, jobIds?: readonly string[]): number {
    const stopped = [...this.#entries].filter(({ jobId }) => jobIds === undefined || jobIds.includes(jobId));
    for (const { controller } of stopped) controller.abort(reason);
    return stopped.length;
  }

  /** Resolves as soon as nothing runs. */
  idle(): Promise<void> {
    if (this.#entries.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  async #look(): Promise<void> {
    try {
      const asked = new Set(
        await this.#revocations.asked([...new Set([...this.#entries].map(({ taskId }) => taskId))]),
      );
      for (const { taskId, controller } of this.#entries)
        if (asked.has(taskId)) controller.abort(new TaskRevokedError());
    } catch (error) {
      this.#onError(error as Error);
    }
  }
}
