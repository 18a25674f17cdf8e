import { backoffDelay } from '../backoff.js';
import { lost } from '../batches.js';
import { systemClock, type TaskClock } from '../clock.js';
import type { NewTask, Order, Schedule, TaskDriver, TaskFilter, TaskPage, TaskRunner } from '../driver.js';
import {
  isRetryable,
  QueueFullError,
  TaskFinishedError,
  TaskNotFoundError,
  TaskRevokedError,
  TasksUnavailableError,
  WorkerStoppedError,
} from '../errors.js';
import { safeMessage } from '../safe-message.js';
import { resolveSettings, type CompleteSettings, type TaskSettings } from '../settings.js';
import { taskQueues, withoutErrors, type BatchResult, type Json, type QueueStats, type TaskRecord } from '../task.js';
import { untilAborted } from '../until-aborted.js';
import { MemoryQueue } from './memory-queue.js';
import { MemoryTask, type Unit } from './memory-task.js';
import { Schedules } from './schedules.js';

export interface MemoryDriverOptions extends TaskSettings {
  /** @default the system's */
  readonly clock?: TaskClock;
}

/** Keys of batches that may wait, over all batches. */
const MOST_WAITING_KEYS = 200_000;

/** Queues in this process. They end with it, and so does what is in them. */
export function memoryDriver(options: MemoryDriverOptions = {}): TaskDriver {
  return new MemoryDriver(resolveSettings(options), options.clock ?? systemClock);
}

class MemoryDriver implements TaskDriver {
  readonly #settings: CompleteSettings;
  readonly #clock: TaskClock;
  readonly #queues: ReadonlyMap<string, MemoryQueue>;
  readonly #schedules: Schedules;
  #runner: TaskRunner | undefined;
  #closing = false;
  #onIdle: (() => void) | undefined;

  constructor(settings: CompleteSettings, clock: TaskClock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#queues = new Map(taskQueues.map((name) => [name, new MemoryQueue(name, settings)]));
    this.#schedules = new Schedules(clock, (task) => {
      const queue = this.#queue(task.queue);
      // What could not be run for want of room comes again by itself.
      return queue.open.size < settings.maxWaiting ? this.#add(queue, task) : undefined;
    });
  }

  async enqueue(order: NewTask): Promise<TaskRecord> {
    if (this.#closing) throw new TasksUnavailableError('the task queues are closed');
    const queue = this.#queue(order.queue);
    const { maxWaiting } = this.#settings;
    if (queue.open.size >= maxWaiting) throw new QueueFullError(`tasks in ${queue.name}`, maxWaiting);
    if (order.parts !== undefined) {
      const keys = [...queue.open.values()].reduce((total, task) => total + task.keys, 0);
      if (keys >= MOST_WAITING_KEYS) throw new QueueFullError(`keys in ${queue.name}`, MOST_WAITING_KEYS);
    }
    return this.#add(queue, order).record();
  }

  async get(taskId: string): Promise<TaskRecord | undefined> {
    return this.#schedules.get(taskId) ?? this.#find(taskId)?.record();
  }

  async orderOf(taskId: string): Promise<Order | undefined> {
    const task = this.#find(taskId);
    if (task === undefined) return undefined;
    const { queue, kind, payload } = task.order;
    return { queue, kind, payload };
  }

  async list({ queue, status, limit, offset }: TaskFilter): Promise<TaskPage> {
    const now = this.#clock.now();
    const queues = [...this.#queues.values()].filter(({ name }) => queue === undefined || name === queue);
    const tasks = queues.flatMap((each) => each.all(now)).filter((task) => !status || task.status === status);
    return {
      tasks: tasks.slice(offset, offset + limit).map((task) => withoutErrors(task.record())),
      total: tasks.length,
    };
  }

  async active(): Promise<readonly TaskRecord[]> {
    return (await this.list({ status: 'STARTED', limit: 1000, offset: 0 })).tasks;
  }

  async stats(): Promise<readonly QueueStats[]> {
    const workers = this.#runner === undefined ? 0 : 1;
    const now = this.#clock.now();
    return [...this.#queues.values()].map((queue) => queue.stats(now, workers, this.#schedules.count(queue.name)));
  }

  async revoke(taskId: string): Promise<TaskRecord> {
    const unscheduled = this.#schedules.remove(taskId);
    if (unscheduled !== undefined) return unscheduled;
    const task = this.#find(taskId);
    if (task === undefined) throw new TaskNotFoundError(taskId);
    if (task.finishedAt !== null) throw new TaskFinishedError(taskId, task.status);
    const queue = this.#queue(task.order.queue);
    task.revoked = true;
    task.cancelRetry?.();
    queue.dropWaiting(task);
    const running = [...queue.running].filter((unit) => unit.task === task);
    for (const unit of running) unit.controller.abort(new TaskRevokedError());
    if (running.length === 0) this.#end(queue, task, 'REVOKED');
    return task.record();
  }

  async schedule(schedule: Schedule): Promise<TaskRecord> {
    if (this.#closing) throw new TasksUnavailableError('the task queues are closed');
    const { maxSchedules } = this.#settings;
    if (!this.#schedules.has(schedule.id) && this.#schedules.size >= maxSchedules) {
      throw new QueueFullError('schedules', maxSchedules);
    }
    return this.#schedules.set(schedule);
  }

  async unschedule(id: string): Promise<boolean> {
    return this.#schedules.remove(id) !== undefined;
  }

  work(runner: TaskRunner, schedules: readonly Schedule[] = []): void {
    this.#runner = runner;
    for (const schedule of schedules) this.#schedules.set(schedule);
    for (const queue of this.#queues.values()) this.#pump(queue);
  }

  async close(timeout = 0): Promise<boolean> {
    this.#closing = true;
    this.#schedules.close();
    const queues = [...this.#queues.values()];
    for (const queue of queues) {
      queue.waiting.clear();
      for (const task of queue.open.values()) task.cancelRetry?.();
    }
    const running = (): Unit[] => queues.flatMap((queue) => [...queue.running]);
    if (running().length === 0) return true;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(timeout, () => {
        for (const unit of running()) unit.controller.abort(new WorkerStoppedError('the server stops'));
        resolve(false);
      });
      this.#onIdle = () => {
        if (running().length > 0) return;
        cancel();
        resolve(true);
      };
    });
  }

  #queue(name: string): MemoryQueue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw new TypeError(`there is no queue ${name}`);
    return queue;
  }

  #find(id: string): MemoryTask | undefined {
    const now = this.#clock.now();
    for (const { open, history } of this.#queues.values()) {
      const found = open.get(id) ?? history.get(id, now);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #add(queue: MemoryQueue, order: NewTask): MemoryTask {
    const task = new MemoryTask(order, this.#clock.now());
    queue.open.set(task.id, task);
    this.#wait(queue, task);
    return task;
  }

  #wait(queue: MemoryQueue, task: MemoryTask): void {
    for (const unit of task.units()) queue.waiting.add(unit);
    this.#pump(queue);
  }

  #pump(queue: MemoryQueue): void {
    const runner = this.#runner;
    if (runner === undefined || this.#closing) return;
    for (const unit of queue.waiting) {
      if (queue.running.size >= this.#settings.concurrency) return;
      queue.waiting.delete(unit);
      queue.running.add(unit);
      void this.#run(queue, unit, runner);
    }
  }

  async #run(queue: MemoryQueue, unit: Unit, runner: TaskRunner): Promise<void> {
    const { task, keys, controller } = unit;
    const { signal } = controller;
    const { kind, payload } = task.order;
    // Whoever enqueued it is told that it waits, before it runs.
    await Promise.resolve();
    const began = this.#clock.now();
    try {
      signal.throwIfAborted();
      if (keys === undefined || task.attempts === 0) task.attempts += 1;
      task.status = 'STARTED';
      const running = { taskId: task.id, kind, payload, attempt: task.attempts, signal };
      if (keys === undefined) {
        const result = await untilAborted(signal, runner.run(running));
        this.#end(queue, task, 'SUCCESS', { result });
      } else {
        const done = (count: number): void => task.keysDone(count);
        this.#partEnded(queue, task, await untilAborted(signal, runner.runPart(running, keys, done)));
      }
    } catch (error) {
      if (task.revoked || signal.aborted) this.#stopped(queue, unit);
      else if (keys !== undefined) this.#partEnded(queue, task, lost(keys, safeMessage(error)));
      else this.#failed(queue, task, error);
    } finally {
      queue.running.delete(unit);
      queue.totals.ran(this.#clock.now() - began);
      this.#pump(queue);
      this.#onIdle?.();
    }
  }

  #partEnded(queue: MemoryQueue, task: MemoryTask, result: BatchResult): void {
    const whole = task.partDone(result);
    queue.ended(this.#clock.now(), result.succeeded, result.failed);
    if (whole !== undefined) this.#end(queue, task, 'SUCCESS', { result: { ...whole } });
  }

  #stopped(queue: MemoryQueue, unit: Unit): void {
    const { task } = unit;
    const more = [...queue.running].some((other) => other !== unit && other.task === task);
    if (task.revoked && !more && task.finishedAt === null) this.#end(queue, task, 'REVOKED');
  }

  #failed(queue: MemoryQueue, task: MemoryTask, error: unknown): void {
    const { attempts, backoff, random } = this.#settings;
    task.error = safeMessage(error);
    if (task.attempts >= attempts || !isRetryable(error)) {
      this.#end(queue, task, 'FAILURE', { error: task.error });
      return;
    }
    task.status = 'RETRY';
    if (this.#closing) return;
    const cancel = this.#clock.after(backoffDelay(backoff, task.attempts, random), () => {
      task.cancelRetry = undefined;
      this.#wait(queue, task);
    });
    task.cancelRetry = () => {
      cancel();
      task.cancelRetry = undefined;
    };
  }

  #end(
    queue: MemoryQueue,
    task: MemoryTask,
    status: 'SUCCESS' | 'FAILURE' | 'REVOKED',
    outcome: { result?: Json; error?: string } = {},
  ): void {
    const now = this.#clock.now();
    task.end(status, now, outcome);
    queue.open.delete(task.id);
    queue.history.add(task, now);
    // The keys of a batch were counted with their parts.
    if (status === 'REVOKED' || task.isBatch) return;
    queue.ended(now, status === 'SUCCESS' ? 1 : 0, status === 'FAILURE' ? 1 : 0);
  }
}
