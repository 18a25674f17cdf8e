import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { Mounted, until } from '../support/mounted.js';
import { openAccess, RecordingSession } from '../support/open-access.js';
import { segmentBytes } from './segment-bytes.js';

const VIEWERS = 30;
const ROUNDS = 4;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function startMirror(port: number): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('mirror.ts', import.meta.url)), {
    execArgv: ['--import', import.meta.resolve('tsx')],
    env: { ...process.env, PORT: String(port) },
  });
  ends.push(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

it('gives every viewer every byte while one mirror after the other is killed amid segments', async () => {
  const ports = [await freePort(), await freePort()];
  const mirrors = await Promise.all(ports.map(startMirror));
  const session = new RecordingSession();
  const proxy = await Mounted.start({
    access: openAccess(session),
    upstreams: {
      origins: ports.map((port) => `http://127.0.0.1:${port}`),
      balancer: { strategy: 'round-robin', breaker: { blockDuration: 100 } },
      // Whoever is slow on a busy machine has not been killed.
      headersTimeout: 20_000,
      deadline: 30_000,
    },
  });
  ends.push(() => proxy.stop());
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = session.bytes;
    const paths = Array.from({ length: VIEWERS }, (_, viewer) => `/${round}-${viewer}.ts`);
    const viewers = paths.map((path) => proxy.get(`/hls${path}?k=segment`));
    await until(() => session.bytes - before > VIEWERS * 200_000, 'segments are on their way');
    const killed = round % mirrors.length;
    mirrors[killed]?.kill('SIGKILL');
    for (const [viewer, answer] of (await Promise.all(viewers)).entries())
      expect(answer.body.equals(segmentBytes(paths[viewer] ?? ''))).toBe(true);
    expect(session.bytes - before).toBe(VIEWERS * 1024 * 1024);
    mirrors[killed] = await startMirror(ports[killed] ?? 0);
  }
}, 60_000);
