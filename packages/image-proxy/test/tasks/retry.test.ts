import {
  createTaskRunner,
  createTasks,
  memoryDriver,
  TaskNotFailedError,
  TaskNotFoundError,
} from '@forebay/image-proxy/tasks';
import { ended } from '@forebay/image-proxy/tasks/testing';
import { afterEach, expect, it } from 'vitest';

const refused = Object.assign(new Error('there is no such key'), { retryable: false });
const missing = new Set<string>();
const refreshed: string[] = [];

const driver = memoryDriver();
const tasks = createTasks({ queues: driver });
driver.work(
  createTaskRunner({
    handlers: {
      refresh: async (key) => {
        if (missing.has(key)) throw refused;
        refreshed.push(key);
        return { image_key: key };
      },
      preRefresh: async () => null,
      cleanUp: async () => null,
    },
  }),
);

afterEach(() => {
  missing.clear();
  refreshed.length = 0;
});

it('runs a task that failed once more, as a new one', async () => {
  missing.add('a.png');
  const { taskId } = await tasks.refresh('a.png', { force: true });
  expect((await ended(driver, taskId)).status).toBe('FAILURE');
  missing.clear();
  const again = await tasks.retry(taskId);
  expect(again.taskId).not.toBe(taskId);
  expect((await ended(driver, again.taskId)).status).toBe('SUCCESS');
  expect(refreshed).toEqual(['a.png']);
  expect((await tasks.get(taskId))?.status, 'what failed stays in the history').toBe('FAILURE');
});

it('runs of a batch the keys that failed', async () => {
  for (const key of ['b.png', 'd.png']) missing.add(key);
  const { taskId } = await tasks.batchRefresh(['a.png', 'b.png', 'c.png', 'd.png'], { batchSize: 2 });
  await ended(driver, taskId);
  missing.clear();
  refreshed.length = 0;
  const { result } = await ended(driver, (await tasks.retry(taskId)).taskId);
  expect(result).toMatchObject({ total: 2, succeeded: 2, failed: 0 });
  expect(refreshed.toSorted()).toEqual(['b.png', 'd.png']);
});

it('refuses what has not failed, and what it does not know', async () => {
  const { taskId } = await tasks.refresh('a.png');
  const batch = await tasks.batchRefresh(['b.png']);
  for (const id of [taskId, batch.taskId]) {
    await ended(driver, id);
    await expect(tasks.retry(id)).rejects.toThrow(TaskNotFailedError);
  }
  await expect(tasks.retry('no-such-task')).rejects.toThrow(TaskNotFoundError);
});
