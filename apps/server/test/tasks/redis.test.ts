import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Forebay } from '../support/forebay.js';
import { Origin } from '../support/origin.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { post } from './ask.js';
import { startStore } from './store.js';
import { TaskWorker } from './task-worker.js';

const ends: (() => Promise<unknown>)[] = [];
let redis: RedisServer;
let variables: Record<string, string>;
let node: Forebay;

beforeAll(async () => {
  const origin = await Origin.start();
  ends.push(() => origin.die());
  redis = await startRedis([
    ['appendonly', 'yes'],
    ['appendfsync', 'always'],
  ]);
  ends.push(() => redis.stop());
  const store = await startStore();
  ends.push(() => store.close());
  variables = { USE_REDIS: 'true', REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port), ...store.variables };
  node = await Forebay.start({ UPSTREAM_SERVERS: origin.url, API_KEY: 'sesame', PUBLIC_STATUS: 'true', ...variables });
  ends.push(() => node.end());
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

const keyed = { 'X-API-Key': 'sesame' };
const workers = async (): Promise<number | undefined> => {
  const reply = await node.ask('/api/v1/tasks/queue/stats', { headers: keyed });
  const { queues } = reply.json() as { queues?: { workers: number }[] };
  return queues?.[0]?.workers;
};

describe('the queue board', () => {
  it('is for whoever has the key, whatever else is public', async () => {
    expect((await node.ask('/monitor/queues')).status).toBe(401);
    expect((await node.ask('/monitor/queues/api/queues')).status).toBe(401);
    const retried = await node.ask('/monitor/queues/api/queues/quick/retry/failed', { method: 'PUT' });
    expect(retried.status).toBe(401);
  });

  it('is a page whose every part comes from here', async () => {
    const page = await node.ask('/monitor/queues', { headers: keyed });
    expect(page.status).toBe(200);
    const html = page.body.toString();
    expect(html).toContain('<title>Forebay</title>');
    expect(html).not.toMatch(/(?:href|src)="(?:https?:)?\/\//);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    const parts = [...html.matchAll(/(?:href|src)="(static\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) {
      const reply = await node.ask(`/monitor/queues/${part}`, { headers: keyed });
      expect([part, reply.status]).toEqual([part, 200]);
      expect(reply.body.length).toBeGreaterThan(100);
    }
    expect((await node.ask('/monitor/queues/static/..%2f..%2fpackage.json', { headers: keyed })).status).toBe(404);
  });

  it('shows the queues', async () => {
    const { queues } = (await node.ask('/monitor/queues/api/queues', { headers: keyed })).json();
    expect((queues as { name: string }[]).map(({ name }) => name)).toEqual([
      'quick',
      'batch',
      'maintenance',
      'batch-parts',
    ]);
  });
});

describe('forebay worker', () => {
  it('works beside the server, and stops in peace', async () => {
    const worker = new TaskWorker(variables);
    ends.push(() => worker.kill('SIGKILL'));
    await eventually(workers, (count) => count === 2, 'the worker has joined');
    expect(await worker.kill('SIGTERM')).toBe(0);
    await eventually(workers, (count) => count === 1, 'the worker has left');
    expect(worker.output.join('\n')).not.toContain('uncaught');
  });

  it('waits for a Redis that is away', async () => {
    await redis.kill();
    const worker = new TaskWorker(variables);
    ends.push(() => worker.kill('SIGKILL'));
    await eventually(
      async () => worker.output.join('\n'),
      (output) => output.includes('"event":"task_queues"'),
      'the worker has noticed',
    );
    await redis.start();
    await eventually(workers, (count) => count === 2, 'the worker has joined');
    expect(await worker.kill('SIGTERM')).toBe(0);
  });
});

describe('while Redis is away', () => {
  it('tasks are 503 at once, and go on when it is back', async () => {
    const refresh = (): ReturnType<typeof post> =>
      node.ask('/api/v1/tasks/refresh', { method: 'POST', headers: keyed, body: '{"image_key":"posters/5.png"}' });
    expect((await refresh()).status).toBe(202);
    await redis.kill();
    const started = performance.now();
    const refused = await refresh();
    expect(refused.json()).toMatchObject({ status: 503, type: 'urn:forebay:problem:tasks-unavailable' });
    expect(refused.headers['retry-after']).toBe('2');
    expect(performance.now() - started).toBeLessThan(3000);
    const board = await node.ask('/monitor/queues/api/queues', { headers: keyed });
    expect(board.json()).toMatchObject({ status: 503, type: 'urn:forebay:problem:tasks-unavailable' });
    expect((await node.ask('/health/ready')).status).toBe(200);
    await redis.start();
    const accepted = await eventually(refresh, ({ status }) => status === 202, 'tasks are taken again');
    const path = `/api/v1/tasks/status/${String(accepted.json()['task_id'])}`;
    const done = await eventually(
      () => node.ask(path, { headers: keyed }),
      (reply) => reply.json()['status'] === 'SUCCESS',
      'the task has run',
    );
    expect(done.json()['attempts']).toBe(1);
    expect(node.output.join('\n')).not.toContain('uncaught_exception');
  });
});

it('has no board without Redis, and says why', async () => {
  const origin = await Origin.start();
  ends.push(() => origin.die());
  const plain = await Forebay.start({ UPSTREAM_SERVERS: origin.url });
  ends.push(() => plain.end());
  const refused = await plain.ask('/monitor/queues');
  expect(refused.json()).toMatchObject({ status: 404, type: 'urn:forebay:problem:no-queue-board' });
  expect(String(refused.json()['detail'])).toContain('USE_REDIS');
  expect((await post(plain, 'refresh', { image_key: 'a' })).json()).toMatchObject({
    status: 404,
    type: 'urn:forebay:problem:no-signed-images',
  });
});
