import { z } from 'zod';
import { checkImageKey } from '@forebay/image-proxy/signed-images';
import {
  isTaskError,
  LONGEST_INTERVAL,
  MOST_BATCH_SIZE,
  MOST_KEYS,
  SHORTEST_INTERVAL,
  type TaskRecord,
  type Tasks,
} from '@forebay/image-proxy/tasks';
import { Problem } from '@forebay/reverse-proxy';
import { json } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import { messageOf } from '../errors.js';
import {
  describeQueue,
  describeTask,
  exampleQueue,
  exampleTask,
  queueName,
  queueStats,
  taskRecord,
  taskStatus,
} from './task-shape.js';

const tag = 'Tasks';

const imageKey = z.string().superRefine((key, context) => {
  try {
    checkImageKey(key);
  } catch (error) {
    // The field is named by whoever holds it.
    context.addIssue({ code: 'custom', message: messageOf(error).replace(/^image_key: /, '') });
  }
});
const refreshing = z
  .strictObject({
    image_key: imageKey,
    force_refresh: z.boolean().default(false).describe('Sign anew also what is fresh'),
  })
  .meta({ examples: [{ image_key: 'posters/dune.png' }] });
const batchRefreshing = z
  .strictObject({
    image_keys: z.array(imageKey).min(1).max(MOST_KEYS),
    batch_size: z.int().min(1).max(MOST_BATCH_SIZE).default(100).describe('Keys of a part'),
  })
  .meta({ examples: [{ image_keys: ['posters/dune.png', 'posters/alien.png'], batch_size: 100 }] });
const scheduling = z
  .strictObject({
    image_key: imageKey,
    refresh_interval: z.int().min(SHORTEST_INTERVAL).max(LONGEST_INTERVAL).describe('Seconds'),
  })
  .meta({ examples: [{ image_key: 'posters/dune.png', refresh_interval: 1800 }] });
const one = z.object({ task_id: z.string().min(1).max(256) });
const listing = z.object({
  queue: queueName.optional(),
  status: taskStatus.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('Most tasks in the answer'),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0).describe('Tasks to skip'),
});

const accepted = json(
  z.object({ task_id: z.string(), status: taskStatus, message: z.string() }),
  'The task is in its queue',
  { task_id: exampleTask.task_id, status: 'PENDING', message: 'posters/dune.png will be refreshed' },
);
const record = json(taskRecord, 'The task as it stands', exampleTask);

const NO_TASKS = 'No object store is configured, so there is nothing to do';
const AWAY = 'The queues do not answer, or are full; Retry-After says when to come again';

/** `/api/v1/tasks/*`: refreshes of signed images in the background. Without a store there are none. */
export function taskRoutes(app: ManagementApp, tasks: Tasks | undefined): void {
  const ask = async <T>(question: (asked: Tasks) => Promise<T>): Promise<T> => {
    if (tasks === undefined)
      throw new Problem(404, 'no-signed-images', 'there are no tasks without an object store: set STORE_ENDPOINT');
    return question(tasks).catch((error: unknown) => {
      throw problemOf(error);
    });
  };
  const tell = ({ taskId, status }: TaskRecord, message: string): z.output<NonNullable<typeof accepted.schema>> => ({
    task_id: taskId,
    status,
    message,
  });

  app.serve(
    {
      method: 'post',
      path: '/api/v1/tasks/refresh',
      tag,
      summary: 'Refresh the URL of an image in the background',
      body: refreshing,
      answers: { 202: accepted },
      problems: { 404: NO_TASKS, 503: AWAY },
    },
    async ({ body: { image_key: key, force_refresh: force } }) =>
      tell(await ask((queues) => queues.refresh(key, { force })), `${key} will be refreshed`),
  );
  app.serve(
    {
      method: 'post',
      path: '/api/v1/tasks/batch-refresh',
      tag,
      summary: 'Refresh the URLs of many images in the background',
      description: `Up to ${MOST_KEYS} keys, in parts that may run on different machines. A key that fails does not fail the others: the result names it with its error.`,
      body: batchRefreshing,
      answers: { 202: accepted },
      problems: { 404: NO_TASKS, 503: AWAY },
    },
    async ({ body: { image_keys: keys, batch_size: batchSize } }) =>
      tell(await ask((queues) => queues.batchRefresh(keys, { batchSize })), `${keys.length} images will be refreshed`),
  );
  app.serve(
    {
      method: 'post',
      path: '/api/v1/tasks/schedule',
      tag,
      summary: 'Refresh the URL of an image again and again',
      description: 'Replaces an earlier schedule of the same image; revoking the task ends it.',
      body: scheduling,
      answers: { 202: accepted },
      problems: { 404: NO_TASKS, 503: AWAY },
    },
    async ({ body: { image_key: key, refresh_interval: interval } }) =>
      tell(await ask((queues) => queues.schedule(key, interval)), `${key} will be refreshed every ${interval} seconds`),
  );
  app.serve(
    {
      method: 'get',
      path: '/api/v1/tasks/status/{task_id}',
      tag,
      summary: 'Tell how a task stands',
      params: one,
      answers: { 200: record },
      problems: { 404: 'There is no such task, or its record is no longer kept', 503: AWAY },
    },
    async ({ params: { task_id: id } }) => {
      const found = await ask((queues) => queues.get(id));
      if (found === undefined)
        throw new Problem(
          404,
          'no-such-task',
          `there is no task ${JSON.stringify(id)}, or its record is no longer kept`,
        );
      return describeTask(found);
    },
  );
  app.serve(
    {
      method: 'get',
      path: '/api/v1/tasks/active',
      tag,
      summary: 'List the tasks that run',
      answers: {
        200: json(z.object({ tasks: z.array(taskRecord) }), 'Up to a thousand tasks', { tasks: [exampleTask] }),
      },
      problems: { 404: NO_TASKS, 503: AWAY },
    },
    async () => ({ tasks: (await ask((queues) => queues.active())).map(describeTask) }),
  );
  app.serve(
    {
      method: 'get',
      path: '/api/v1/tasks',
      tag,
      summary: 'List tasks',
      description: 'What runs comes first, then what waits, then what has ended; within each the newest first.',
      query: listing,
      answers: {
        200: json(
          z.object({
            tasks: z.array(taskRecord),
            total: z.number().int(),
            limit: z.number().int(),
            offset: z.number().int(),
          }),
          'A page of tasks',
          { tasks: [exampleTask], total: 1, limit: 20, offset: 0 },
        ),
      },
      problems: { 404: NO_TASKS, 503: AWAY },
    },
    async ({ query }) => {
      const { tasks: page, total } = await ask((queues) => queues.list(query));
      return { tasks: page.map(describeTask), total, limit: query.limit, offset: query.offset };
    },
  );
  app.serve(
    {
      method: 'get',
      path: '/api/v1/tasks/queue/stats',
      tag,
      summary: 'Tell what the queues hold and how they do',
      answers: {
        200: json(z.object({ queues: z.array(queueStats) }), 'Every queue', { queues: [exampleQueue] }),
      },
      problems: { 404: NO_TASKS, 503: AWAY },
    },
    async () => ({ queues: (await ask((queues) => queues.stats())).map(describeQueue) }),
  );
  app.serve(
    {
      method: 'post',
      path: '/api/v1/tasks/retry/{task_id}',
      tag,
      summary: 'Run once more what failed',
      description: 'As a new task: a refresh that failed or was revoked, or those keys of a batch that failed.',
      params: one,
      answers: { 202: accepted },
      problems: { 404: 'There is no such task', 409: 'It has not failed', 503: AWAY },
    },
    async ({ params: { task_id: id } }) => tell(await ask((queues) => queues.retry(id)), `${id} is run once more`),
  );
  app.serve(
    {
      method: 'delete',
      path: '/api/v1/tasks/revoke/{task_id}',
      tag,
      summary: 'Stop a task, or end a schedule',
      params: one,
      answers: {
        200: json(taskRecord, 'The task was stopped before it ran', {
          ...exampleTask,
          status: 'REVOKED',
          result: null,
        }),
        202: json(taskRecord, 'The task runs, and was told to stop', {
          ...exampleTask,
          status: 'STARTED',
          progress: 40,
          result: null,
          finished_at: null,
        }),
      },
      problems: { 404: 'There is no such task', 409: 'The task has ended', 503: AWAY },
    },
    async ({ params: { task_id: id }, c }) => {
      const revoked = describeTask(await ask((queues) => queues.revoke(id)));
      return revoked.status === 'REVOKED' ? revoked : c.json(revoked, 202);
    },
  );
}

function problemOf(error: unknown): unknown {
  if (!isTaskError(error)) return error;
  const { code, message } = error;
  if (code === 'FOREBAY_TASK_NOT_FOUND') return new Problem(404, 'no-such-task', message);
  if (code === 'FOREBAY_TASK_FINISHED') return new Problem(409, 'task-finished', message);
  if (code === 'FOREBAY_TASK_NOT_FAILED') return new Problem(409, 'task-not-failed', message);
  if (code === 'FOREBAY_TASK_QUEUE_FULL')
    return new Problem(503, 'task-queue-full', message, { cause: error, retryAfterMs: 10_000 });
  return new Problem(503, 'tasks-unavailable', message, { cause: error, retryAfterMs: 2000 });
}
