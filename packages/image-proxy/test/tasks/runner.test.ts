import { describe, expect, it } from 'vitest';
import {
  backoffDelay,
  createTaskRunner,
  createTasks,
  maintenanceSchedules,
  memoryDriver,
  type BatchResult,
  type TaskClock,
  type TaskDriver,
  type TaskHandlers,
} from '@forebay/image-proxy/tasks';
import { ended } from '@forebay/image-proxy/tasks/testing';

const handlers = (refresh: TaskHandlers['refresh']): TaskHandlers => ({
  refresh,
  preRefresh: async () => ({ refreshed: 7 }),
  cleanUp: async () => ({ removed: 3 }),
});

/** Time that passes at once whenever somebody waits for it; keeps what was waited for. */
function eagerClock(): TaskClock & { readonly waits: number[] } {
  let now = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    after(ms, callback) {
      waits.push(ms);
      const handle = setImmediate(() => {
        now += ms;
        callback();
      });
      return () => clearImmediate(handle);
    },
  };
}

function working(
  refresh: TaskHandlers['refresh'],
  more: Partial<Parameters<typeof createTaskRunner>[0]> = {},
): TaskDriver {
  const driver = memoryDriver();
  driver.work(createTaskRunner({ handlers: handlers(refresh), ...more }));
  return driver;
}

describe('a refresh', () => {
  it('reaches its handler with the key, and whether it is forced', async () => {
    const seen: unknown[] = [];
    const driver = working(async (key, { force }) => {
      seen.push([key, force]);
      return { expires_at: 'later' };
    });
    const tasks = createTasks({ queues: driver });
    const first = await tasks.refresh('图片/海报.png');
    const second = await tasks.refresh('stats', { force: true });
    expect((await ended(driver, first.taskId)).result).toEqual({ expires_at: 'later' });
    await ended(driver, second.taskId);
    expect(seen).toEqual([
      ['图片/海报.png', false],
      ['stats', true],
    ]);
  });
});

describe('a batch', () => {
  it('tries each key three times by itself, and not at all again where that is of no use', async () => {
    const tries = new Map<string, number>();
    const clock = eagerClock();
    const driver = working(
      async (key) => {
        const count = (tries.get(key) ?? 0) + 1;
        tries.set(key, count);
        if (key === 'gone') throw Object.assign(new Error('there is no such image'), { retryable: false });
        if (key === 'down' || (key === 'shaky' && count < 3)) throw new Error('the store answers 503');
        return null;
      },
      { clock, random: () => 1 },
    );
    const { taskId } = await createTasks({ queues: driver }).batchRefresh(['good', 'gone', 'down', 'shaky', 'good']);
    const { result, status } = await ended(driver, taskId);
    expect(status).toBe('SUCCESS');
    expect(result).toEqual({
      total: 4,
      succeeded: 2,
      failed: 2,
      errors: { gone: 'there is no such image', down: 'the store answers 503' },
    });
    expect(Object.fromEntries(tries)).toEqual({ good: 1, gone: 1, down: 3, shaky: 3 });
    expect(clock.waits.toSorted((a, b) => a - b)).toEqual([1000, 1000, 2000, 2000]);
  });

  it('has no more than so many keys at once in the process, over all batches', async () => {
    let now = 0;
    let most = 0;
    const driver = working(
      async () => {
        most = Math.max(most, ++now);
        await new Promise(setImmediate);
        now -= 1;
        return null;
      },
      { keysAtOnce: 7 },
    );
    const tasks = createTasks({ queues: driver });
    const keys = (name: string): string[] => Array.from({ length: 60 }, (_, index) => `${name}/${index}`);
    const batches = [await tasks.batchRefresh(keys('a'), { batchSize: 10 }), await tasks.batchRefresh(keys('b'))];
    for (const { taskId } of batches) {
      expect(((await ended(driver, taskId)).result as unknown as BatchResult).succeeded).toBe(60);
    }
    expect(most).toBe(7);
  });

  it('is cut into at most a thousand parts', async () => {
    let parts = 0;
    const driver = memoryDriver();
    driver.work({
      run: async () => null,
      async runPart(_, keys) {
        parts += 1;
        return { total: keys.length, succeeded: keys.length, failed: 0, errors: {} };
      },
    });
    const keys = Array.from({ length: 10_000 }, (_, index) => String(index));
    const { taskId } = await createTasks({ queues: driver }).batchRefresh(keys, { batchSize: 1 });
    expect((await ended(driver, taskId)).result).toMatchObject({ total: 10_000, succeeded: 10_000 });
    expect(parts).toBe(1000);
  });

  it('is refused with too many keys, none, or parts of a wrong size', async () => {
    const tasks = createTasks({ queues: memoryDriver() });
    await expect(tasks.batchRefresh([])).rejects.toThrow(/imageKeys.*not 0/);
    await expect(tasks.batchRefresh(Array(10_001).fill('a'))).rejects.toThrow(/not 10001/);
    await expect(tasks.batchRefresh(['a'], { batchSize: 0 })).rejects.toThrow(/batchSize.*not 0/);
    await expect(tasks.schedule('a', 59)).rejects.toThrow(/refreshInterval.*not 59/);
  });
});

describe('maintenance', () => {
  it('calls its handlers, now and then again', async () => {
    const called: string[] = [];
    const driver = memoryDriver();
    const runner = createTaskRunner({
      handlers: {
        refresh: async () => null,
        preRefresh: async () => called.push('pre-refresh'),
        cleanUp: async () => called.push('clean-up'),
      },
    });
    driver.work(runner, maintenanceSchedules({ preRefreshInterval: 100 }));
    await expect.poll(() => called.filter((name) => name === 'pre-refresh').length).toBeGreaterThan(2);
    expect(called.filter((name) => name === 'clean-up')).toHaveLength(1);
    const { tasks } = await driver.list({ queue: 'maintenance', status: 'SUCCESS', limit: 10, offset: 0 });
    expect(tasks.length).toBeGreaterThan(1);
    await driver.close();
  });
});

it('backs off exponentially, half of it by chance', () => {
  const backoff = { delay: 1000, maxDelay: 5000 };
  expect([1, 2, 3, 4].map((failures) => backoffDelay(backoff, failures, () => 0))).toEqual([500, 1000, 2000, 2500]);
  expect([1, 2, 3, 4].map((failures) => backoffDelay(backoff, failures, () => 1))).toEqual([1000, 2000, 4000, 5000]);
});
