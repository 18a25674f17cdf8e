import type { TaskClock } from '../clock.js';
import type { Schedule } from '../driver.js';
import type { TaskRecord } from '../task.js';
import type { MemoryTask } from './memory-task.js';

interface Entry {
  readonly schedule: Schedule;
  readonly since: Date;
  latest: MemoryTask | undefined;
  cancel: () => void;
}

/** Tasks that come again. One that is still under way when its time has come is not begun a second time. */
export class Schedules {
  readonly #entries = new Map<string, Entry>();
  readonly #clock: TaskClock;
  readonly #begin: (task: Schedule['task']) => MemoryTask | undefined;

  constructor(clock: TaskClock, begin: (task: Schedule['task']) => MemoryTask | undefined) {
    this.#clock = clock;
    this.#begin = begin;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** The first run is at once. */
  set(schedule: Schedule): TaskRecord {
    this.remove(schedule.id);
    const entry: Entry = { schedule, since: new Date(this.#clock.now()), latest: undefined, cancel: () => undefined };
    this.#entries.set(schedule.id, entry);
    this.#due(entry);
    return recordOf(entry);
  }

  get(id: string): TaskRecord | undefined {
    const entry = this.#entries.get(id);
    return entry && recordOf(entry);
  }

  remove(id: string): TaskRecord | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    entry.cancel();
    this.#entries.delete(id);
    return { ...recordOf(entry), status: 'REVOKED', finishedAt: new Date(this.#clock.now()) };
  }

  count(queue: string): number {
    return [...this.#entries.values()].filter(({ schedule }) => schedule.task.queue === queue).length;
  }

  close(): void {
    for (const id of this.#entries.keys()) this.remove(id);
  }

  #due(entry: Entry): void {
    if (entry.latest === undefined || entry.latest.finishedAt !== null) entry.latest = this.#begin(entry.schedule.task);
    entry.cancel = this.#clock.after(entry.schedule.every, () => this.#due(entry));
  }
}

const recordOf = ({ schedule, since }: Entry): TaskRecord => ({
  taskId: schedule.id,
  queue: schedule.task.queue,
  status: 'PENDING',
  attempts: 0,
  progress: 0,
  result: null,
  error: null,
  createdAt: since,
  finishedAt: null,
});
