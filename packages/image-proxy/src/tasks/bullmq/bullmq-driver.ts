import { randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import type { NewTask, Order, Schedule, TaskDriver, TaskFilter, TaskPage, TaskRunner } from '../driver.js';
import { isTaskError, QueueFullError, TaskFinishedError, TaskNotFoundError, TasksUnavailableError } from '../errors.js';
import type { QueueStats, TaskQueue, TaskRecord } from '../task.js';
import type { Purpose } from './connect.js';
import { Crew } from './crew.js';
import { connected, jobOptions, PARTS, type JobQueue } from './link.js';
import { listTasks } from './listing.js';
import { find, orderOf, pending, queueOf, removed } from './lookup.js';
import { missingSchedules } from './missing-schedules.js';
import { resolveBullmqOptions, type BullmqDriverOptions, type CompleteBullmqOptions } from './options.js';
import { openShared, type Shared } from './shared.js';
import { queueStats } from './stats.js';
import { scheduleRecord } from './schedule-record.js';

/** Queues in Redis, shared by all nodes; they outlive the process, and Redis' restarts where it persists. */
export interface BullmqDriver extends TaskDriver {
  /** BullMQ's own queues, for a dashboard such as bull-board. @throws {TasksUnavailableError} */
  bullQueues(): Promise<readonly JobQueue[]>;
}

/** Needs `bullmq` and `ioredis`. @throws {RangeError} naming an option that is wrong */
export function bullmqDriver(options: BullmqDriverOptions): BullmqDriver {
  return new Driver(resolveBullmqOptions(options));
}

/** Between two attempts to open what could not be. Milliseconds. */
const OPEN_EVERY = 1000;
/** Between two looks whether the schedules that were given to `work` are there. Milliseconds. */
const LOOK_EVERY = 30_000;

class Driver implements BullmqDriver {
  readonly #options: CompleteBullmqOptions;
  #commands: Redis | Cluster | undefined;
  #opening: Promise<Shared> | undefined;
  #work: Redis | Cluster | undefined;
  #crew: Crew | undefined;
  #hiring: Promise<void> | undefined;
  #looking: NodeJS.Timeout | undefined;
  #closing = false;
  #closed: Promise<boolean> | undefined;

  constructor(options: CompleteBullmqOptions) {
    this.#options = options;
  }

  enqueue(order: NewTask): Promise<TaskRecord> {
    return this.#ask(async (shared) => {
      const { queue, kind, payload, parts } = order;
      await this.#refuseIfFull(shared, queue);
      const jobId = randomUUID();
      const opts = { ...jobOptions(queue, this.#options), jobId };
      const jobs = queueOf(shared, queue);
      if (parts === undefined) return pending(queue, await jobs.add(kind, { payload }, opts));
      const total = parts.reduce((sum, part) => sum + part.length, 0);
      const { job } = await shared.flows.add({
        name: kind,
        queueName: queue,
        data: { payload, total },
        opts,
        children: parts.map((keys, index) => ({
          name: kind,
          queueName: PARTS,
          data: { payload, keys },
          opts: { ...opts, jobId: `${jobId}.${index}`, removeOnComplete: true, ignoreDependencyOnFailure: true },
        })),
      });
      return pending(queue, job);
    });
  }

  get(taskId: string): Promise<TaskRecord | undefined> {
    return this.#ask((shared) => find(shared, taskId));
  }

  orderOf(taskId: string): Promise<Order | undefined> {
    return this.#ask((shared) => orderOf(shared, taskId));
  }

  list(filter: TaskFilter): Promise<TaskPage> {
    return this.#ask((shared) => listTasks(shared, shared.revocations, shared.batches, filter));
  }

  async active(): Promise<readonly TaskRecord[]> {
    return (await this.list({ status: 'STARTED', limit: 1000, offset: 0 })).tasks;
  }

  stats(): Promise<readonly QueueStats[]> {
    return this.#ask(queueStats);
  }

  revoke(taskId: string): Promise<TaskRecord> {
    return this.#ask(async (shared) => {
      const record = await find(shared, taskId);
      if (record === undefined) throw new TaskNotFoundError(taskId);
      if (record.finishedAt !== null) throw new TaskFinishedError(taskId, record.status);
      const revoked: TaskRecord = { ...record, status: 'REVOKED', error: null, finishedAt: new Date() };
      const queue = queueOf(shared, record.queue);
      if (!(await queue.removeJobScheduler(taskId)) && !(await removed(queue, taskId))) {
        // It runs: whoever runs it looks out for this.
        await shared.revocations.ask(taskId);
        const job = await queue.getJob(taskId);
        await job?.removeUnprocessedChildren();
        return (await find(shared, taskId)) ?? record;
      }
      await shared.revocations.keep(revoked);
      await shared.batches.forget(taskId);
      return revoked;
    });
  }

  schedule({ id, every, task }: Schedule): Promise<TaskRecord> {
    return this.#ask(async (shared) => {
      const queue = queueOf(shared, task.queue);
      const { maxSchedules } = this.#options.settings;
      if ((await queue.getJobSchedulersCount()) >= maxSchedules && !(await queue.getJobScheduler(id))) {
        throw new QueueFullError('schedules', maxSchedules);
      }
      await queue.upsertJobScheduler(
        id,
        { every },
        { name: task.kind, data: { payload: task.payload }, opts: jobOptions(task.queue, this.#options) },
      );
      await shared.revocations.forget(id);
      const record = await scheduleRecord(shared, id);
      if (record === undefined) throw new TasksUnavailableError('the schedule was ended as it was made');
      return record;
    });
  }

  unschedule(id: string): Promise<boolean> {
    return this.#ask(async ({ queues }) => {
      const removals = await Promise.all([...queues.values()].map((queue) => queue.removeJobScheduler(id)));
      return removals.includes(true);
    });
  }

  bullQueues(): Promise<readonly JobQueue[]> {
    return this.#ask(async ({ queues, parts }) => [...queues.values(), parts]);
  }

  work(runner: TaskRunner, schedules: readonly Schedule[] = []): void {
    this.#hiring ??= this.#hire(runner, schedules).then(() => this.#keep(schedules));
  }

  close(timeout = 0): Promise<boolean> {
    this.#closed ??= this.#close(timeout);
    return this.#closed;
  }

  async #close(timeout: number): Promise<boolean> {
    this.#closing = true;
    clearInterval(this.#looking);
    const clean = (await this.#crew?.close(timeout)) ?? true;
    // Ends what still waits for Redis to answer, too.
    this.#work?.disconnect();
    this.#commands?.disconnect();
    await this.#hiring;
    return clean;
  }

  /** Begins to work as soon as Redis answers, be it today or tomorrow. */
  async #hire(runner: TaskRunner, schedules: readonly Schedule[]): Promise<void> {
    let owed = [...schedules];
    let ready = false;
    while (!this.#closing && !(ready && owed.length === 0)) {
      try {
        this.#work ??= await this.#connect('work');
        await connected(this.#work, OPEN_EVERY);
        const shared = await this.#open();
        if (this.#closing) return;
        this.#crew ??= new Crew(this.#work, shared, runner, this.#options);
        if (!ready) await this.#crew.ready();
        ready = true;
        for (const schedule of owed) {
          await this.schedule(schedule);
          owed = owed.filter((each) => each !== schedule);
        }
      } catch (error) {
        if (this.#closing) return;
        this.#options.onError(error as Error);
        if (!ready) await this.#dismiss();
        await new Promise((resolve) => setTimeout(resolve, OPEN_EVERY));
      }
    }
  }

  /** Makes schedules again that Redis has lost: soon after it is back, or by and by. */
  #keep(schedules: readonly Schedule[]): void {
    if (this.#closing || schedules.length === 0) return;
    const look = async (): Promise<void> => {
      const missing = await this.#ask((shared) => missingSchedules(shared, schedules));
      for (const schedule of missing) await this.schedule(schedule);
    };
    const lookQuietly = (): void => void look().catch((error: unknown) => this.#options.onError(error as Error));
    this.#commands?.on('ready', lookQuietly);
    this.#looking = setInterval(lookQuietly, LOOK_EVERY).unref();
  }

  /** BullMQ's workers are of no use any more when their connection failed as they were made. */
  async #dismiss(): Promise<void> {
    const crew = this.#crew;
    this.#crew = undefined;
    await crew?.close(0);
  }

  /** What went wrong with Redis becomes one error, and nobody waits longer than `patience`. */
  async #ask<T>(question: (shared: Shared) => Promise<T>): Promise<T> {
    if (this.#closing) throw new TasksUnavailableError('the task queues are closed');
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TasksUnavailableError()), this.#options.patience);
    });
    try {
      return await Promise.race([this.#open().then(question), patience]);
    } catch (error) {
      if (isTaskError(error) || error instanceof TypeError || error instanceof RangeError) throw error;
      throw new TasksUnavailableError(undefined, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  #open(): Promise<Shared> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#openNow();
    this.#opening = opening;
    opening.catch(() => {
      this.#opening = undefined;
    });
    return opening;
  }

  async #openNow(): Promise<Shared> {
    this.#commands ??= await this.#connect('commands');
    await connected(this.#commands, this.#options.patience);
    return openShared(this.#commands, this.#options);
  }

  async #connect(purpose: Purpose): Promise<Redis | Cluster> {
    const client = await this.#options.connect(purpose);
    client.on('error', this.#options.onError);
    if (this.#closing) client.disconnect();
    return client;
  }

  async #refuseIfFull(shared: Shared, queue: TaskQueue): Promise<void> {
    const { maxWaiting } = this.#options.settings;
    const counts = await queueOf(shared, queue).getJobCounts('waiting', 'delayed', 'waiting-children');
    const waiting = Object.values(counts).reduce((sum, count) => sum + count, 0);
    if (waiting >= maxWaiting) throw new QueueFullError(`tasks in ${queue}`, maxWaiting);
  }
}
