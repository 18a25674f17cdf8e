import { z } from 'zod';
import {
  taskQueues,
  taskStatuses,
  type QueueStats,
  type TaskQueue,
  type TaskRecord,
  type TaskStatus,
} from '@forebay/image-proxy/tasks';

/** A task, in JSON. */
export interface TaskJson {
  readonly task_id: string;
  readonly queue: TaskQueue;
  readonly status: TaskStatus;
  readonly attempts: number;
  readonly progress: number;
  readonly result: unknown;
  readonly error: string | null;
  readonly created_at: string;
  readonly finished_at: string | null;
}

/** What a queue holds and how it does, in JSON. */
export interface QueueJson {
  readonly queue: TaskQueue;
  readonly depth: number;
  readonly active: number;
  readonly delayed: number;
  readonly workers: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly failure_rate: number;
  readonly throughput_per_minute: number;
}

export const queueName: z.ZodType<TaskQueue> = z.enum(taskQueues);
export const taskStatus: z.ZodType<TaskStatus> = z.enum(taskStatuses);

export const taskRecord: z.ZodType<TaskJson> = z
  .object({
    task_id: z.string(),
    queue: queueName,
    status: taskStatus,
    attempts: z.number().int().describe('How often it was begun'),
    progress: z.number().int().describe('Percent'),
    result: z.unknown().describe('What it came to, after SUCCESS; lists leave out the errors of a batch'),
    error: z.string().nullable().describe('Why the last attempt failed'),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Task' });

export const queueStats: z.ZodType<QueueJson> = z
  .object({
    queue: queueName,
    depth: z.number().int().describe('Tasks that wait for a worker'),
    active: z.number().int().describe('Tasks that run'),
    delayed: z.number().int().describe('Tasks that wait for their time: retries and schedules'),
    workers: z.number().int().describe('Processes that run tasks'),
    succeeded: z.number().int().describe('Within five minutes; of batches, keys'),
    failed: z.number().int().describe('Within five minutes, for good; of batches, keys'),
    failure_rate: z.number().describe('Share of failures within five minutes, from 0 to 1'),
    throughput_per_minute: z.number().int().describe('Ended within the last minute; of batches, keys'),
  })
  .meta({ id: 'TaskQueue' });

export function describeTask(task: TaskRecord): TaskJson {
  const { taskId, queue, status, attempts, progress, result, error, createdAt, finishedAt } = task;
  return {
    task_id: taskId,
    queue,
    status,
    attempts,
    progress,
    result,
    error,
    created_at: createdAt.toISOString(),
    finished_at: finishedAt?.toISOString() ?? null,
  };
}

export function describeQueue(stats: QueueStats): QueueJson {
  const { failureRate, throughputPerMinute, totals: _, ...same } = stats;
  return { ...same, failure_rate: failureRate, throughput_per_minute: throughputPerMinute };
}

export const exampleTask: TaskJson = {
  task_id: '0d5bd2a2-9a3c-4c1e-8f0e-2f8f4a6b7c11',
  queue: 'batch',
  status: 'SUCCESS',
  attempts: 1,
  progress: 100,
  result: { total: 2, succeeded: 1, failed: 1, errors: { 'posters/gone.png': 'there is no such image' } },
  error: null,
  created_at: '2026-01-01T00:00:00.000Z',
  finished_at: '2026-01-01T00:00:01.000Z',
};

export const exampleQueue: QueueJson = {
  queue: 'quick',
  depth: 3,
  active: 1,
  delayed: 0,
  workers: 2,
  succeeded: 95,
  failed: 5,
  failure_rate: 0.05,
  throughput_per_minute: 20,
};
