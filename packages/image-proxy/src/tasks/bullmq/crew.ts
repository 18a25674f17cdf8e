import { randomUUID } from 'node:crypto';
import { UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { backoffDelay } from '../backoff.js';
import { lost, sum } from '../batches.js';
import type { TaskRunner } from '../driver.js';
import { isRetryable, TaskRevokedError, WorkerStoppedError } from '../errors.js';
import { safeMessage } from '../safe-message.js';
import { taskQueues, type BatchResult, type Json, type TaskQueue } from '../task.js';
import { untilAborted } from '../until-aborted.js';
import { HEARTBEAT } from './counters.js';
import { PARTS, type JobData } from './link.js';
import type { CompleteBullmqOptions } from './options.js';
import { recordOf, REVOKED, type TaskJob } from './records.js';
import { Running } from './running.js';
import type { Shared } from './shared.js';

type JobWorker = Worker<JobData, Json | BatchResult>;
type Run = (job: TaskJob, signal: AbortSignal) => Promise<Json>;

/** Milliseconds that are left for stopped jobs to be handed back. */
const HANDING_BACK = 1000;

/** The workers of one process: one for each queue, and one for the parts of batches. */
export class Crew {
  readonly #options: CompleteBullmqOptions;
  readonly #shared: Shared;
  readonly #runner: TaskRunner;
  readonly #running: Running;
  readonly #name = randomUUID();
  readonly #workers: JobWorker[] = [];
  readonly #heart: NodeJS.Timeout;

  /** @param client ready, with `maxRetriesPerRequest: null` */
  constructor(client: Redis | Cluster, shared: Shared, runner: TaskRunner, options: CompleteBullmqOptions) {
    this.#options = options;
    this.#shared = shared;
    this.#runner = runner;
    this.#running = new Running(shared.revocations, options.onError);
    for (const queue of taskQueues) {
      const run = queue === 'batch' ? this.#addUp : this.#runTask(queue);
      const worker = this.#hire(queue, client, run);
      // The keys of a batch were counted with its parts.
      if (queue !== 'batch') worker.on('completed', () => this.#count(queue, 1, 0));
      worker.on('failed', (job, error) => void this.#failed(queue, job, error).catch(options.onError));
      this.#workers.push(worker);
    }
    const parts = this.#hire(PARTS, client, this.#runPart);
    parts.on('completed', (_, result) => this.#partEnded(result as BatchResult));
    parts.on('failed', (job, error) => this.#partFailed(job, error));
    this.#workers.push(parts);
    this.#heart = setInterval(() => this.#beat(), HEARTBEAT).unref();
    this.#beat();
  }

  async ready(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.waitUntilReady()));
  }

  /** Whether all that ran has ended by itself within so many ms. */
  async close(timeout: number): Promise<boolean> {
    clearInterval(this.#heart);
    void this.#shared.counters.leave(this.#name).catch(this.#options.onError);
    const closed = Promise.all(this.#workers.map((worker) => worker.close()));
    closed.catch(this.#options.onError);
    // A worker that cannot reach Redis does not close; it is enough then that nothing runs.
    const idle = await settlesWithin(Promise.race([closed, this.#running.idle()]), timeout);
    if (idle && (await settlesWithin(closed, HANDING_BACK))) return true;
    const cut = this.#running.abort(new WorkerStoppedError('this worker stops'));
    await settlesWithin(closed, HANDING_BACK);
    return cut === 0;
  }

  #hire(name: string, connection: Redis | Cluster, run: Run): JobWorker {
    const { prefix, settings, lockDuration, onError } = this.#options;
    const worker: JobWorker = new Worker<JobData, Json | BatchResult>(
      name,
      (job, token) => this.#attempt(job, token ?? '', run),
      {
        connection,
        prefix,
        concurrency: settings.concurrency,
        lockDuration,
        stalledInterval: Math.ceil(lockDuration / 2),
        // Whoever is killed over a task twice is probably killed by it.
        maxStalledCount: 1,
        settings: { backoffStrategy: (failures) => backoffDelay(settings.backoff, failures, settings.random) },
      },
    );
    worker.on('error', onError);
    worker.on('lockRenewalFailed', (jobIds) => {
      this.#running.abort(new WorkerStoppedError('another worker has taken the task over'), jobIds);
    });
    return worker;
  }

  /** One attempt at a job, translated into BullMQ's ways to end one. */
  async #attempt(job: TaskJob, token: string, run: Run): Promise<Json> {
    const jobId = job.id ?? '';
    return this.#running.track(taskIdOf(jobId), jobId, async (signal) => {
      try {
        return await untilAborted(signal, run(job, signal));
      } catch (error) {
        if (signal.reason instanceof TaskRevokedError) throw new UnrecoverableError(REVOKED);
        if (signal.reason instanceof WorkerStoppedError) {
          await job.moveToWait(token);
          throw new WaitingError();
        }
        throw isRetryable(error) ? new Error(safeMessage(error)) : new UnrecoverableError(safeMessage(error));
      }
    });
  }

  readonly #runTask =
    (queue: TaskQueue): Run =>
    (job, signal) => {
      const { attemptsStarted: attempt, data, id: taskId = '', name: kind } = job;
      return this.#timed(queue, this.#runner.run({ taskId, kind, payload: data.payload, attempt, signal }));
    };

  readonly #runPart: Run = async (job, signal) => {
    const { batches } = this.#shared;
    const { onError } = this.#options;
    const taskId = taskIdOf(job.id ?? '');
    await batches.begin(taskId);
    const { payload, keys = [] } = job.data;
    const progress = batches.counter(taskId, onError);
    const task = { taskId, kind: job.name, payload, attempt: job.attemptsStarted, signal };
    const run = this.#runner.runPart(task, keys, (count) => progress.done(count));
    const result = await this.#timed('batch', run);
    progress.flush();
    return { ...result };
  };

  /** A batch whose parts have all ended. */
  readonly #addUp: Run = async (job) => {
    const { parts, revocations } = this.#shared;
    if ((await revocations.asked([job.id ?? ''])).length > 0) throw new UnrecoverableError(REVOKED);
    const results = Object.values(await job.getChildrenValues<BatchResult>());
    for (const [key, why] of Object.entries(await job.getIgnoredChildrenFailures())) {
      const part = await parts.getJob(key.slice(key.lastIndexOf(':') + 1));
      results.push(lost(part?.data.keys ?? [], why));
    }
    return { ...sum(results) };
  };

  async #failed(queue: TaskQueue, job: TaskJob | undefined, error: Error): Promise<void> {
    const { revocations, batches } = this.#shared;
    if (job?.finishedOn === undefined) return;
    if (error.message !== REVOKED) return this.#count(queue, 0, 1);
    const record = await recordOf(queue, job, 'failed', batches);
    if (record === undefined) return;
    await revocations.keep(record);
    await job.remove();
    await batches.forget(record.taskId);
  }

  #partEnded({ succeeded, failed }: BatchResult): void {
    this.#count('batch', succeeded, failed);
  }

  #partFailed(job: TaskJob | undefined, error: Error): void {
    if (job?.finishedOn !== undefined && error.message !== REVOKED) {
      this.#count('batch', 0, job.data.keys?.length ?? 0);
    }
  }

  #count(queue: TaskQueue, succeeded: number, failed: number): void {
    this.#shared.counters.ended(queue, succeeded, failed).catch(this.#options.onError);
  }

  #timed<T>(queue: TaskQueue, run: Promise<T>): Promise<T> {
    const began = performance.now();
    return run.finally(() => {
      this.#shared.counters.ran(queue, performance.now() - began).catch(this.#options.onError);
    });
  }

  #beat(): void {
    this.#shared.counters.beat(this.#name).catch(this.#options.onError);
  }
}

/** A part is named after its batch: `{task id}.{number}`. */
export const taskIdOf = (jobId: string): string => jobId.split('.')[0] ?? jobId;

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise.then(() => true), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
