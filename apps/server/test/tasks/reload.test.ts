import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually, Forebay } from '../support/forebay.js';
import { Origin } from '../support/origin.js';
import { ended, post } from './ask.js';

let origin: Origin;
let store: Server;
/** What answers the requests that the store holds back. */
let held: (() => void)[];
let node: Forebay | undefined;

beforeEach(async () => {
  origin = await Origin.start();
  held = [];
  store = createServer((_, response) => held.push(() => response.end('p'))).listen(0, '127.0.0.1');
  await once(store, 'listening');
});
afterEach(async () => {
  await node?.end();
  node = undefined;
  await origin.die();
  store.closeAllConnections();
  store.close();
});

const start = async (variables: Record<string, string> = {}): Promise<Forebay> => {
  const address = store.address();
  node = await Forebay.start({
    UPSTREAM_SERVERS: origin.url,
    STORE_ENDPOINT: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    STORE_BUCKET: 'pictures',
    STORE_ACCESS_KEY_ID: 'id',
    STORE_SECRET_ACCESS_KEY: 'secret',
    ...variables,
  });
  return node;
};
const holding = (count: number): Promise<unknown> =>
  eventually(
    async () => held.length,
    (length) => length >= count,
    'the store was asked',
  );
const json = async (path: string): Promise<Record<string, unknown>> => (await node!.ask(path)).json();

it('tasks, schedules and URLs are the same after a reload, and what ran meanwhile ends well', async () => {
  const forebay = await start({ NUM_WORKERS: '2' });
  const { url } = await json('/api/v1/image-urls/a.png');
  const running = await post(forebay, 'refresh', { image_key: 'b.png', force_refresh: true });
  await holding(1);
  const waiting = (await post(forebay, 'schedule', { image_key: 'c.png', refresh_interval: 3600 })).json();
  forebay.process.kill('SIGHUP');
  await forebay.event('reload_done');
  const later = await post(forebay, 'refresh', { image_key: 'd.png', force_refresh: true });
  await holding(3);
  for (const answer of held) answer();
  expect(await ended(forebay, running)).toMatchObject({ status: 'SUCCESS', attempts: 1 });
  expect(await ended(forebay, later)).toMatchObject({ status: 'SUCCESS', attempts: 1 });
  expect(await json(`/api/v1/tasks/status/${String(waiting['task_id'])}`)).toMatchObject({ status: 'PENDING' });
  expect((await json('/api/v1/image-urls/a.png'))['url']).toBe(url);
});

it('a task that runs has as long as a request to end when the server stops', async () => {
  const forebay = await start({ SHUTDOWN_TIMEOUT: '20s' });
  await post(forebay, 'refresh', { image_key: 'a.png', force_refresh: true });
  await holding(1);
  forebay.process.kill('SIGTERM');
  await forebay.event('server_draining');
  await new Promise((resolve) => setTimeout(resolve, 2500));
  held[0]!();
  expect(await forebay.exit).toBe(0);
});

it('and is cut after that, which the exit status tells', async () => {
  const forebay = await start({ SHUTDOWN_TIMEOUT: '200ms' });
  await post(forebay, 'refresh', { image_key: 'a.png', force_refresh: true });
  await holding(1);
  forebay.process.kill('SIGTERM');
  expect(await forebay.exit).toBe(1);
});
