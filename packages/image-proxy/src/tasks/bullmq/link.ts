import { FlowProducer, Queue, type DefaultJobOptions } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { taskQueues, type BatchResult, type Json, type TaskQueue } from '../task.js';
import { historyOf } from '../settings.js';
import type { CompleteBullmqOptions } from './options.js';

/** What a job carries. */
export interface JobData {
  readonly payload: Json;
  /** Of a batch. */
  readonly total?: number;
  /** Of a part. */
  readonly keys?: readonly string[];
}

export type JobQueue = Queue<JobData, Json | BatchResult>;

/** Parts wait in a queue of their own, so that a batch is one task among tasks. */
export const PARTS = 'batch-parts';

/** Everything to ask with. */
export interface Link {
  readonly client: Redis | Cluster;
  readonly queues: ReadonlyMap<TaskQueue, JobQueue>;
  readonly parts: JobQueue;
  readonly flows: FlowProducer;
}

/** Opens the queues over a connection that is ready: BullMQ's objects are of no use if they met one that was not. */
export async function openLink(client: Redis | Cluster, options: CompleteBullmqOptions): Promise<Link> {
  const common = { connection: client, prefix: options.prefix, skipWaitingForReady: true };
  const open = (name: string): JobQueue => new Queue<JobData, Json | BatchResult>(name, common);
  const queues = new Map(taskQueues.map((name) => [name, open(name)]));
  const parts = open(PARTS);
  const flows = new FlowProducer(common);
  for (const queue of [...queues.values(), parts]) queue.on('error', options.onError);
  flows.on('error', options.onError);
  await Promise.all([...queues.values(), parts, flows].map((each) => each.waitUntilReady()));
  return { client, queues, parts, flows };
}

export function jobOptions(queue: TaskQueue, { settings }: CompleteBullmqOptions): DefaultJobOptions {
  const kept = { age: Math.ceil(settings.historyAge / 1000), count: historyOf(queue, settings) };
  return {
    attempts: settings.attempts,
    backoff: { type: 'custom' },
    removeOnComplete: kept,
    removeOnFail: kept,
    // A stack says nothing to whoever reads the task, and may say too much.
    stackTraceLimit: 0,
  };
}

/** Resolves when the connection can be used; rejects when it is closed for good or the time is up. */
export function connected(client: Redis | Cluster, within: number): Promise<void> {
  if (client.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      client.off('ready', onReady).off('end', onEnd);
      act();
    };
    const onReady = (): void => settle(resolve);
    const onEnd = (): void => settle(() => reject(new Error('the connection is closed')));
    const timer = setTimeout(() => settle(() => reject(new Error('Redis does not answer'))), within);
    timer.unref();
    client.once('ready', onReady).once('end', onEnd);
  });
}
