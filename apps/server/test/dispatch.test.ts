import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDispatch } from '../src/dispatch.js';
import type { Mounted } from '../src/parts/proxies.js';
import { LoadShedder } from '../src/middleware/load-shedder.js';

const shedder = new LoadShedder();
const mounted = {
  route: { name: 'all', mount: '/all/', upstreams: [], probePath: undefined },
  proxy: {
    listener: () => false,
    handle: () => Promise.reject(new Error('it was taken down')),
  },
} as unknown as Mounted;
let ended = false;
const server = createServer(
  createDispatch({
    mounts: [mounted],
    own: (_request, response) => response.end('own'),
    shedder,
    draining: () => ended,
    ended: () => ended,
  }),
);
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  shedder.close();
  server.close();
});

it('has nothing where no route is mounted, whoever asks', async () => {
  const { port } = server.address() as AddressInfo;
  const reply = await fetch(`http://127.0.0.1:${port}/somewhere`, { headers: { 'X-Request-Id': 'mine' } });
  expect(reply.status).toBe(404);
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  expect(await reply.json()).toMatchObject({ status: 404, request_id: 'mine' });
  expect(await (await fetch(`http://127.0.0.1:${port}/%73tatus`)).text()).toBe('own');
});

it('refuses what comes on an open connection after everything was taken down', async () => {
  ended = true;
  const { port } = server.address() as AddressInfo;
  const reply = await fetch(`http://127.0.0.1:${port}/all/a.png`);
  ended = false;
  expect(reply.status).toBe(503);
  expect(reply.headers.get('retry-after')).toBe('1');
  expect(await reply.json()).toMatchObject({ type: 'urn:forebay:problem:stopping' });
});
