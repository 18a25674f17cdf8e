import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, Forebay } from '../support/forebay.js';
import { sourceOf } from '../support/load.js';

const SIZE = 3_000_000;
const KILLS = 25;
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** 3 MB that differ from path to path and at every position. */
function filmOf(path: string): Buffer {
  const body = Buffer.alloc(SIZE, `${path} `);
  for (let at = 4096; at < SIZE; at += 4096) body.writeUInt32BE(at, at);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(body);
  return body;
}

/** An origin that stops half-way through a body whose path says so, until its client is gone. */
async function filmOrigin(): Promise<string> {
  const server: Server = createServer((incoming, response) => {
    const path = incoming.url ?? '';
    const body = filmOf(path);
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': SIZE, 'cache-control': 'max-age=600' });
    const halt = /halt-(\d+)/.exec(path)?.[1];
    if (halt === undefined) response.end(body);
    else response.write(body.subarray(0, Number(halt)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Reads until so many bytes have come, or the server is gone. */
function readSome(node: Forebay, path: string, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    const asked = request({ host: '127.0.0.1', port: node.port, path, agent: false }, (response) => {
      response.on('data', (chunk: Buffer) => {
        seen += chunk.length;
        if (seen >= bytes) resolve();
      });
      response.on('error', () => resolve());
      response.on('close', () => resolve());
    });
    asked.on('error', () => resolve());
    asked.end();
  });
}

describe('servers that are killed again and again while they write', () => {
  it('leave entries that are right, and no litter', { timeout: 120_000 }, async ({ annotate }) => {
    const origin = await filmOrigin();
    const cacheDir = await mkdtemp(join(tmpdir(), 'forebay-killed-'));
    ends.push(() => rm(cacheDir, { recursive: true, force: true }));
    const start = async (): Promise<Forebay> => {
      const node = await Forebay.start({
        UPSTREAM_SERVERS: origin,
        CACHE_DIR: cacheDir,
        HEALTH_CHECK_INTERVAL: '60000',
      });
      ends.push(async () => {
        node.process.kill('SIGKILL');
        await node.exit;
      });
      return node;
    };
    const known = (index: number): string => `/t/p/w92/known-${index % 10}.png`;
    const temporary = (): Promise<string[]> => readdir(join(cacheDir, 'tmp')).catch(() => []);

    let littered = 0;
    for (let kill = 0; kill < KILLS; kill += 2) {
      // All servers on the folder go at once; the last time there is one.
      const nodes = await Promise.all(Array.from({ length: Math.min(2, KILLS - kill) }, start));
      await Promise.all(
        nodes.flatMap((node, index) => [
          // One body that stays half-written, and two that are killed wherever they are.
          readSome(node, `/t/p/w92/halt-${1_000_000 + 40_000 * kill}-${index}.png`, 1_000_000),
          readSome(node, known(kill + index), 64_000 * kill),
          readSome(node, known(kill + index + 5), 120_000 * (KILLS - kill)),
        ]),
      );
      if (kill === 0)
        // One entry at least is whole before the first kill; the others are as the kills meet them.
        await eventually(
          async () => (await nodes[0]?.ask('/cache/keys'))?.json()['total'],
          (total) => Number(total) > 0,
          'an entry is whole',
        );
      for (const node of nodes) node.process.kill('SIGKILL');
      await Promise.all(nodes.map(({ exit }) => exit));
      littered += (await temporary()).length > 0 ? 1 : 0;
    }
    expect(littered).toBeGreaterThan(0);

    const last = await start();
    const { keys } = (await last.ask('/cache/keys?limit=100')).json() as {
      keys: { key: string; size_bytes: number }[];
    };
    let whole = 0;
    for (const { key, size_bytes } of keys) {
      expect(size_bytes).toBe(SIZE);
      const path = key.slice('tmdb-image:'.length);
      expect(path).not.toContain('halt');
      const reply = await last.ask(path);
      expect(reply.status).toBe(200);
      expect(reply.body.equals(filmOf(path))).toBe(true);
      whole += sourceOf(reply) === 'disk' ? 1 : 0;
    }
    await annotate(`${whole} entries of 3 MB were read back after ${KILLS} kills`);
    expect(whole).toBeGreaterThan(0);
    await eventually(temporary, (names) => names.length === 0, 'nothing half-written is left');
  });
});
