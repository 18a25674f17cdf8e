import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { Origin } from '../support/origin.js';
import { startRedis } from '../support/redis.js';
import { ended, post, revoke } from './ask.js';
import { startStore } from './store.js';

const inPrimary = async (): Promise<{ variables: Record<string, string>; stop(): Promise<void> }> => ({
  variables: { NUM_WORKERS: '2' },
  stop: async () => undefined,
});
const inRedis = async (): Promise<{ variables: Record<string, string>; stop(): Promise<void> }> => {
  const redis = await startRedis();
  return { variables: { USE_REDIS: 'true', REDIS_CLUSTER_NODES: redis.address }, stop: () => redis.stop() };
};

describe.each([
  ['in the primary of two workers', inPrimary],
  ['in Redis', inRedis],
] as const)('tasks %s', (_, start) => {
  const ends: (() => Promise<unknown>)[] = [];
  let store: Awaited<ReturnType<typeof startStore>>;
  let node: Forebay;
  beforeAll(async () => {
    const origin = await Origin.start();
    ends.push(() => origin.die());
    store = await startStore();
    ends.push(() => store.close());
    const queues = await start();
    ends.push(() => queues.stop());
    node = await Forebay.start({ UPSTREAM_SERVERS: origin.url, ...store.variables, ...queues.variables });
    ends.push(() => node.end());
  });
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });

  it('refresh an image, and tell when, but not the URL', async () => {
    const accepted = await post(node, 'refresh', { image_key: 'posters/1.png', force_refresh: true });
    expect(accepted.json()).toMatchObject({ status: 'PENDING', message: 'posters/1.png will be refreshed' });
    const task = await ended(node, accepted);
    expect(task).toEqual({
      task_id: accepted.json()['task_id'],
      queue: 'quick',
      status: 'SUCCESS',
      attempts: 1,
      progress: 100,
      result: { image_key: 'posters/1.png', expires_at: expect.any(String), refresh_at: expect.any(String) },
      error: null,
      created_at: expect.any(String),
      finished_at: expect.any(String),
    });
    expect(JSON.stringify(task)).not.toContain('X-Amz');
    expect(store.answers.some(({ target }) => target.startsWith('/pictures/posters/1.png?'))).toBe(true);
  });

  it('fail at once for a key that does not exist', async () => {
    const task = await ended(node, await post(node, 'refresh', { image_key: 'no/such.png' }));
    expect(task).toMatchObject({ status: 'FAILURE', attempts: 1, result: null });
    expect(String(task['error'])).not.toContain('X-Amz');
  });

  it('refresh a batch, and name the keys that fail', async () => {
    const keys = ['posters/2.png', 'stats', '图片/海报 🎬.png', 'no/such.png', '__proto__'];
    const task = await ended(node, await post(node, 'batch-refresh', { image_keys: keys, batch_size: 2 }));
    expect(task).toMatchObject({ queue: 'batch', status: 'SUCCESS', progress: 100 });
    const result = task['result'] as { errors: Record<string, string> };
    expect(result).toMatchObject({ total: 5, succeeded: 3, failed: 2 });
    expect(Object.keys(result.errors).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['__proto__', 'no/such.png']);
    const { tasks } = (await node.ask('/api/v1/tasks?queue=batch&status=SUCCESS')).json() as { tasks: object[] };
    expect(tasks[0]).toMatchObject({ task_id: task['task_id'], result: { total: 5, succeeded: 3, failed: 2 } });
    expect(JSON.stringify(tasks)).not.toContain('errors');
  });

  it('run once more what failed of them, as new tasks', async () => {
    const single = await ended(node, await post(node, 'refresh', { image_key: 'no/such-either.png' }));
    const again = await ended(node, await post(node, `retry/${String(single['task_id'])}`, {}));
    expect(again).toMatchObject({ queue: 'quick', status: 'FAILURE' });
    expect(again['task_id']).not.toBe(single['task_id']);
    const batch = await ended(
      node,
      await post(node, 'batch-refresh', { image_keys: ['posters/5.png', 'no/such.png'] }),
    );
    const rest = await ended(node, await post(node, `retry/${String(batch['task_id'])}`, {}));
    expect(rest).toMatchObject({ queue: 'batch', result: { total: 1, failed: 1 } });
    const fine = await ended(node, await post(node, 'refresh', { image_key: 'posters/5.png' }));
    expect((await post(node, `retry/${String(fine['task_id'])}`, {})).json()).toMatchObject({
      status: 409,
      type: 'urn:forebay:problem:task-not-failed',
    });
    expect((await post(node, 'retry/never', {})).status).toBe(404);
  });

  it('come again on a schedule, until that is revoked', async () => {
    const accepted = await post(node, 'schedule', { image_key: 'posters/3.png', refresh_interval: 60 });
    expect(accepted.status).toBe(202);
    const id = String(accepted.json()['task_id']);
    const again = await post(node, 'schedule', { image_key: 'posters/3.png', refresh_interval: 90 });
    expect(again.json()['task_id']).toBe(id);
    expect((await node.ask(`/api/v1/tasks/status/${id}`)).json()).toMatchObject({ status: 'PENDING', queue: 'quick' });
    expect((await revoke(node, id)).json()).toMatchObject({ task_id: id, status: 'REVOKED' });
  });

  it('run maintenance by themselves, and are counted', async () => {
    await expect
      .poll(async () => (await node.ask('/api/v1/tasks?queue=maintenance&status=SUCCESS')).json()['total'])
      .toBeGreaterThanOrEqual(2);
    const { queues } = (await node.ask('/api/v1/tasks/queue/stats')).json() as { queues: Record<string, unknown>[] };
    expect(queues.map(({ queue, workers }) => [queue, workers])).toEqual([
      ['quick', 1],
      ['batch', 1],
      ['maintenance', 1],
    ]);
    expect(queues[0]).toMatchObject({ depth: 0, failed: 3, failure_rate: expect.any(Number) });
    // Maintenance may just be due again.
    await expect.poll(async () => (await node.ask('/api/v1/tasks/active')).json()).toEqual({ tasks: [] });
  });

  it('refuse to be revoked when they have ended, or never were', async () => {
    const task = await ended(node, await post(node, 'refresh', { image_key: 'posters/4.png' }));
    const conflict = await revoke(node, String(task['task_id']));
    expect(conflict.json()).toMatchObject({ status: 409, type: 'urn:forebay:problem:task-finished' });
    expect((await revoke(node, 'never')).json()).toMatchObject({
      status: 404,
      type: 'urn:forebay:problem:no-such-task',
    });
    expect((await node.ask('/api/v1/tasks/status/never')).status).toBe(404);
  });

  it.each([
    ['a refresh of nothing', 'refresh', {}, 'image_key'],
    ['an empty key', 'refresh', { image_key: '' }, 'image_key'],
    ['a key that is no text', 'refresh', { image_key: 7 }, 'image_key'],
    ['a key that climbs', 'refresh', { image_key: 'a/../b' }, 'image_key'],
    ['a key with control characters', 'refresh', { image_key: 'a\nb' }, 'image_key'],
    ['too long a key', 'refresh', { image_key: 'a'.repeat(1025) }, 'image_key'],
    ['a wrong flag', 'refresh', { image_key: 'a', force_refresh: 'yes' }, 'force_refresh'],
    ['an unknown field', 'refresh', { image_key: 'a', forced: true }, 'forced'],
    ['a batch of nothing', 'batch-refresh', { image_keys: [] }, 'image_keys'],
    ['a batch that is no list', 'batch-refresh', { image_keys: 'a' }, 'image_keys'],
    ['a batch with a bad key', 'batch-refresh', { image_keys: ['a', '..'] }, 'image_keys.1'],
    ['too large a batch', 'batch-refresh', { image_keys: Array(10_001).fill('a') }, 'image_keys'],
    ['parts of nothing', 'batch-refresh', { image_keys: ['a'], batch_size: 0 }, 'batch_size'],
    ['parts of one and a half', 'batch-refresh', { image_keys: ['a'], batch_size: 1.5 }, 'batch_size'],
    ['a schedule without an interval', 'schedule', { image_key: 'a' }, 'refresh_interval'],
    ['too short an interval', 'schedule', { image_key: 'a', refresh_interval: 59 }, 'refresh_interval'],
    ['too long an interval', 'schedule', { image_key: 'a', refresh_interval: 1e12 }, 'refresh_interval'],
  ] as const)('refuse %s, naming the field', async (_title, path, body, field) => {
    const refused = await post(node, path, body);
    expect(refused.status).toBe(400);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(String(refused.json()['detail'])).toContain(field);
  });

  it.each([
    ['?queue=slow', 'queue'],
    ['?status=DONE', 'status'],
    ['?limit=0', 'limit'],
    ['?limit=101', 'limit'],
    ['?offset=-1', 'offset'],
  ])('refuse to list %s', async (query, field) => {
    const refused = await node.ask(`/api/v1/tasks${query}`);
    expect([refused.status, String(refused.json()['detail']).split(':')[0]]).toEqual([400, field]);
  });
});
