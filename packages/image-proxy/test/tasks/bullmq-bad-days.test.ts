import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bullmqDriver, connectTo, type BullmqDriver } from '@forebay/image-proxy/bullmq';
import {
  createTaskRunner,
  createTasks,
  maintenanceSchedules,
  TasksUnavailableError,
  type BatchResult,
  type TaskHandlers,
  type TaskRunner,
} from '@forebay/image-proxy/tasks';
import { startPersistentRedis, type RedisServer } from './support/redis-server.js';
import { WorkerProcess } from './support/worker-process.js';

const prefix = 'test:{tasks}';
let redis: RedisServer;
let ends: (() => Promise<unknown>)[];
beforeEach(async () => {
  redis = await startPersistentRedis();
  ends = [() => redis.stop()];
});
afterEach(async () => {
  for (const end of ends.toReversed()) await end();
});

function driver(more: { readonly lockDuration?: number; readonly patience?: number } = {}): BullmqDriver {
  const made = bullmqDriver({
    connect: connectTo({ nodes: [{ host: '127.0.0.1', port: redis.port }], commandTimeout: 500 }),
    prefix,
    retryDelay: 50,
    ...more,
  });
  ends.push(() => made.close());
  return made;
}

function runner(refresh: TaskHandlers['refresh'] = async () => null): TaskRunner {
  return createTaskRunner({ handlers: { refresh, preRefresh: async () => null, cleanUp: async () => null } });
}

const eventually = <T>(look: () => T | Promise<T>): Promise<T> => vi.waitFor(look, { timeout: 12_000, interval: 20 });
const statusOf = async (queues: BullmqDriver, id: string): Promise<string | undefined> =>
  (await queues.get(id))?.status;

describe('a worker that is killed', () => {
  it('has its task run once more by another, and once only', async () => {
    const queues = driver();
    const tasks = createTasks({ queues });
    const victim = new WorkerProcess(redis.port, prefix);
    ends.push(() => victim.kill());
    const { taskId } = await tasks.refresh('slow/once.jpg');
    await eventually(() => expect(victim.keys).toEqual(['slow/once.jpg']));
    await victim.kill();
    const seen: string[] = [];
    const heirs = [driver({ lockDuration: 1000 }), driver({ lockDuration: 1000 })];
    for (const heir of heirs) {
      heir.work(
        runner(async (key) => {
          seen.push(key);
          return null;
        }),
      );
    }
    await eventually(async () => expect(await statusOf(queues, taskId)).toBe('SUCCESS'));
    expect(seen).toEqual(['slow/once.jpg']);
    expect((await queues.get(taskId))?.attempts).toBe(2);
  });

  it('leaves the other parts of a batch alone', async () => {
    const queues = driver();
    const tasks = createTasks({ queues });
    const keys = Array.from({ length: 30 }, (_, index) => (index === 29 ? 'slow/last.jpg' : `fast/${index}.jpg`));
    const victim = new WorkerProcess(redis.port, prefix);
    ends.push(() => victim.kill());
    const { taskId } = await tasks.batchRefresh(keys, { batchSize: 10 });
    await eventually(() => expect(victim.keys).toHaveLength(30));
    await eventually(async () => expect((await queues.get(taskId))?.progress).toBeGreaterThanOrEqual(66));
    await victim.kill();
    const seen: string[] = [];
    driver({ lockDuration: 1000 }).work(
      runner(async (key) => {
        seen.push(key);
        return null;
      }),
    );
    await eventually(async () => expect(await statusOf(queues, taskId)).toBe('SUCCESS'));
    expect(seen.toSorted()).toEqual(keys.slice(20).toSorted());
    expect((await queues.get(taskId))?.result).toMatchObject({ total: 30, succeeded: 30, failed: 0 });
  });
});

it('gives up what two workers died over, and names the keys of a batch that were lost by it', async () => {
  const queues = driver();
  const tasks = createTasks({ queues });
  const single = await tasks.refresh('slow/deadly.jpg');
  const batch = await tasks.batchRefresh(['fast/a.jpg', 'slow/deadly.jpg'], { batchSize: 1 });
  for (let deaths = 0; deaths < 2; deaths += 1) {
    const victim = new WorkerProcess(redis.port, prefix);
    ends.push(() => victim.kill());
    await eventually(() => expect(victim.keys.filter((key) => key === 'slow/deadly.jpg')).toHaveLength(2));
    await victim.kill();
  }
  driver({ lockDuration: 1000 }).work(runner());
  await eventually(async () => expect(await statusOf(queues, batch.taskId)).toBe('SUCCESS'));
  expect((await queues.get(batch.taskId))?.result).toEqual({
    total: 2,
    succeeded: 1,
    failed: 1,
    errors: { 'slow/deadly.jpg': expect.stringContaining('stalled') },
  });
  await eventually(async () => expect(await statusOf(queues, single.taskId)).toBe('FAILURE'));
  expect((await queues.get(single.taskId))?.error).toContain('stalled');
}, 30_000);

describe('a worker that is told to stop', () => {
  it('hands back what it cannot finish in time, and another goes on with it', async () => {
    const queues = driver();
    const leaving = driver();
    const seen: string[] = [];
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    leaving.work(
      runner((key) => {
        seen.push(`first ${key}`);
        begin();
        return new Promise(() => undefined);
      }),
    );
    const { taskId } = await createTasks({ queues }).refresh('long.jpg');
    await begun;
    expect(await leaving.close(50)).toBe(false);
    expect(await statusOf(queues, taskId)).toBe('PENDING');
    driver().work(
      runner(async (key) => {
        seen.push(`then ${key}`);
        return null;
      }),
    );
    await eventually(async () => expect(await statusOf(queues, taskId)).toBe('SUCCESS'));
    expect(seen).toEqual(['first long.jpg', 'then long.jpg']);
  });
});

it('closes without waiting for a Redis that is away', async () => {
  const worker = driver();
  worker.work(runner());
  await eventually(async () => expect((await worker.stats())[0]?.workers).toBe(1));
  await redis.kill();
  const started = performance.now();
  expect(await worker.close(10_000)).toBe(true);
  expect(performance.now() - started).toBeLessThan(5000);
});

describe('a Redis that is restarted', () => {
  it('still has what was in the queues, and workers come back to it by themselves', async () => {
    const queues = driver();
    const tasks = createTasks({ queues });
    const before = await tasks.refresh('before.jpg');
    const schedule = await tasks.schedule('again.jpg', 3600);
    await redis.kill();
    await expect(tasks.refresh('meanwhile.jpg')).rejects.toThrow(TasksUnavailableError);
    await expect(tasks.stats()).rejects.toThrow(TasksUnavailableError);
    const worker = driver();
    const seen: string[] = [];
    worker.work(
      runner(async (key) => {
        seen.push(key);
        return null;
      }),
    );
    await redis.start();
    await eventually(async () => expect(await statusOf(queues, before.taskId)).toBe('SUCCESS'));
    expect(await statusOf(queues, schedule.taskId)).toBe('PENDING');
    await redis.kill();
    await redis.start();
    const after = await eventually(() => tasks.refresh('after.jpg'));
    await eventually(async () => expect(await statusOf(queues, after.taskId)).toBe('SUCCESS'));
    expect(seen.toSorted()).toEqual(['after.jpg', 'again.jpg', 'before.jpg']);
  });

  it('gets its maintenance back when it has forgotten everything, but nothing that was revoked', async () => {
    let runs = 0;
    const nodes = [driver(), driver()];
    const handlers = { refresh: async () => null, preRefresh: async () => ++runs, cleanUp: async () => null };
    const schedules = maintenanceSchedules({ preRefreshInterval: 200 });
    for (const node of nodes) node.work(createTaskRunner({ handlers }), schedules);
    await eventually(() => expect(runs).toBeGreaterThan(1));
    await eventually(() => nodes[0]!.revoke('maintenance-clean-up'));
    await redis.kill();
    await redis.start();
    await eventually(() => nodes[0]!.stats());
    expect(await statusOf(nodes[0]!, 'maintenance-clean-up')).toBe('REVOKED');
    const client = new Redis({ host: '127.0.0.1', port: redis.port });
    await client.flushall();
    client.disconnect();
    await redis.kill();
    await redis.start();
    const before = runs;
    await eventually(() => expect(runs).toBeGreaterThan(before + 1));
    await eventually(async () => expect(await statusOf(nodes[0]!, 'maintenance-clean-up')).toBe('PENDING'));
  });

  it('finds a batch where it was', async () => {
    const queues = driver();
    const keys = Array.from({ length: 400 }, (_, index) => `${index}.jpg`);
    let refreshed = 0;
    driver({ lockDuration: 1000 }).work(
      runner(async () => {
        refreshed += 1;
        await new Promise((resolve) => setTimeout(resolve, 50));
        return null;
      }),
    );
    const { taskId } = await createTasks({ queues }).batchRefresh(keys, { batchSize: 20 });
    await eventually(() => expect(refreshed).toBeGreaterThan(50));
    await redis.kill();
    await redis.start();
    await eventually(async () => expect(await statusOf(queues, taskId)).toBe('SUCCESS'));
    expect((await queues.get(taskId))?.result).toMatchObject({ total: 400, succeeded: 400, failed: 0 });
  });
});

it('says at once that Redis is away, and within its patience that it is frozen', async () => {
  const queues = driver({ patience: 700 });
  await queues.stats();
  redis.freeze();
  const started = performance.now();
  await expect(queues.stats()).rejects.toThrow(TasksUnavailableError);
  expect(performance.now() - started).toBeLessThan(5000);
  redis.thaw();
  await eventually(() => queues.stats());
});

it('has one schedule of each kind, however many nodes make it', async () => {
  const nodes = [driver(), driver(), driver()];
  let runs = 0;
  const counting = createTaskRunner({
    handlers: {
      refresh: async () => null,
      preRefresh: async () => ++runs,
      cleanUp: async () => null,
    },
  });
  const schedules = maintenanceSchedules({ preRefreshInterval: 400, cleanUpInterval: 3_600_000 });
  const started = performance.now();
  for (const node of nodes) node.work(counting, schedules);
  await eventually(() => expect(runs).toBeGreaterThanOrEqual(6));
  // One now, then one every 400 ms, whoever runs it; a node that makes the schedule anew may bring one run forward.
  expect(runs).toBeLessThanOrEqual(Math.floor((performance.now() - started) / 400) + nodes.length);
  const maintenance = (await nodes[0]?.stats())?.find(({ queue }) => queue === 'maintenance');
  expect(maintenance?.delayed).toBeLessThanOrEqual(2);
  expect(maintenance?.workers).toBe(3);
});

it('spreads a batch of 10,000 keys over two nodes, fifty keys at once in each', async () => {
  const queues = driver();
  const most = [0, 0];
  const given = [0, 0];
  for (const node of [0, 1]) {
    let now = 0;
    driver().work(
      runner(async (key) => {
        given[node] = (given[node] ?? 0) + 1;
        now += 1;
        most[node] = Math.max(most[node] ?? 0, now);
        await new Promise(setImmediate);
        now -= 1;
        if (key.endsWith('7777')) throw Object.assign(new Error('no such image'), { retryable: false });
        return null;
      }),
    );
  }
  const keys = Array.from({ length: 10_000 }, (_, index) => `images/${index}`);
  const { taskId } = await createTasks({ queues }).batchRefresh(keys);
  await eventually(async () => expect(await statusOf(queues, taskId)).toBe('SUCCESS'));
  const result = (await queues.get(taskId))?.result as unknown as BatchResult;
  expect(result).toEqual({
    total: 10_000,
    succeeded: 9999,
    failed: 1,
    errors: { 'images/7777': 'no such image' },
  });
  expect(most).toEqual([50, 50]);
  expect((given[0] ?? 0) + (given[1] ?? 0)).toBe(10_000);
  expect(Math.min(...given)).toBeGreaterThan(500);
});
