import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { until } from '../support/mounted.js';
import { Origin } from '../support/origin.js';

const SIZE = 64 * 1024 * 1024;
const CLIENTS = 64;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const residentKilobytes = (pid: number): number => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]));

/** Asks for a path and reads nothing; resolves when the first byte has come. */
async function ask(port: number, path: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  ends.push(() => socket.destroy());
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

it('costs less than 1 MB for each of 64 clients who take nothing of 64 MB', async () => {
  const piece = Buffer.alloc(64 * 1024);
  const answers: ServerResponse[] = [];
  const origin = await Origin.start((_request, response) => {
    answers.push(response);
    response.writeHead(200, { 'content-length': SIZE });
    const push = (): void => {
      while (!response.destroyed && response.write(piece));
      response.once('drain', push);
    };
    push();
  });
  ends.push(() => origin.stop());
  const loader = ['--conditions=@forebay/source', '--import', import.meta.resolve('tsx')];
  const child = fork(fileURLToPath(new URL('stalled-server.ts', import.meta.url)), {
    execArgv: loader,
    env: { ...process.env, ORIGIN: origin.url },
  });
  ends.push(() => child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  // The code is warm, and its pages are there, before it counts.
  (await ask(port, '/hls/warm.ts?k=segment')).destroy();
  const before = residentKilobytes(child.pid ?? 0);
  await Promise.all(Array.from({ length: CLIENTS }, () => ask(port, '/hls/a.ts?k=segment')));
  await until(
    () => answers.length > CLIENTS && answers.every((answer) => answer.destroyed || answer.writableNeedDrain),
    'the origin can send no more',
  );
  expect((residentKilobytes(child.pid ?? 0) - before) / CLIENTS).toBeLessThan(1024);
}, 20_000);
