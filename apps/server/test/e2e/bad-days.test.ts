import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endsAfterEach } from '../support/ends.js';
import { eventually, Forebay } from '../support/forebay.js';
import { pictureOf } from '../support/origin.js';

const ends = endsAfterEach();
const { origin } = ends;

async function forebay(variables: Record<string, string>): Promise<Forebay> {
  const started = await Forebay.start(variables);
  ends.push(() => started.end());
  return started;
}

const path = (index: number): string => `/t/p/w500/poster-${index}.png`;

describe('when an upstream dies', () => {
  it('viewers notice nothing, and it gets its share again once it is back', async () => {
    const [first, second] = [await origin(), await origin()];
    const server = await forebay({
      UPSTREAM_SERVERS: `${first.url},${second.url}`,
      HEALTH_CHECK_INTERVAL: '200',
      UNHEALTHY_TIMEOUT: '500',
    });
    let asked = 0;
    const askSome = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index += 1) {
        asked += 1;
        const reply = await server.ask(path(asked));
        expect(reply.status).toBe(200);
        expect(reply.body.equals(pictureOf(path(asked)))).toBe(true);
      }
    };
    await askSome(10);
    await first.die();
    await askSome(30);
    await eventually(
      async () => (await server.ask('/health')).json()['status'],
      (status) => status === 'degraded',
      'the loss is noticed',
    );
    await first.listen();
    await eventually(
      async () => (await server.ask('/health')).json()['status'],
      (status) => status === 'healthy',
      'the return is noticed',
    );
    const before = first.asked.filter((each) => each !== '').length;
    await eventually(
      async () => {
        await askSome(5);
        return first.asked.filter((each) => each.startsWith('/t/p/w500/poster')).length - before;
      },
      (more) => more > 0,
      'it is asked again',
    );
  });

  it('and it was the only one, what is cached is served and the rest is a problem', async () => {
    const only = await origin();
    const server = await forebay({ UPSTREAM_SERVERS: only.url, REQUEST_TIMEOUT: '500', HEALTH_CHECK_INTERVAL: '200' });
    await server.ask(path(1));
    await only.die();
    expect((await server.ask(path(1))).headers['x-cache']).toBe('HIT');
    const unknown = await server.ask(path(2));
    expect([502, 503]).toContain(unknown.status);
    expect(unknown.headers['content-type']).toBe('application/problem+json');
    const health = await eventually(
      () => server.ask('/health'),
      ({ status }) => status === 503,
      'nothing is left',
    );
    expect(health.json()['status']).toBe('unhealthy');
    expect((await server.ask('/health/live')).status).toBe(200);
  });
});

describe('when a worker is killed under load', () => {
  it('only its own connections notice, and it is replaced', async () => {
    const only = await origin();
    const server = await forebay({ UPSTREAM_SERVERS: only.url, NUM_WORKERS: '2' });
    const workers = async (): Promise<{ pid: number; restarts: number; state: string }[]> =>
      (await server.ask('/status')).json()['workers'] as never;
    const [victim] = await workers();
    let stop = false;
    let failed = 0;
    let served = 0;
    const client = async (): Promise<void> => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      while (!stop) {
        try {
          const reply = await server.ask(path(1), { agent });
          expect(reply.body.equals(pictureOf(path(1)))).toBe(true);
          served += 1;
        } catch {
          failed += 1;
        }
      }
      agent.destroy();
    };
    const clients = Array.from({ length: 8 }, client);
    await eventually(
      async () => served,
      (count) => count > 50,
      'the load is on',
    );
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    const replaced = await eventually(
      workers,
      (all) => all.length === 2 && all.every(({ pid, state }) => pid !== victim?.pid && state === 'ready'),
      'it is replaced',
    );
    const before = served;
    await eventually(
      async () => served,
      (count) => count > before + 50,
      'the load goes on',
    );
    stop = true;
    await Promise.all(clients);
    expect(failed).toBeLessThanOrEqual(8);
    expect(replaced.map(({ restarts }) => restarts).toSorted((a, b) => a - b)).toEqual([0, 1]);
  });
});

describe('when the cache folder is bad', () => {
  it('damaged files are misses and are replaced, foreign ones are left alone', async () => {
    const only = await origin();
    const cacheDir = await mkdtemp(join(tmpdir(), 'forebay-bad-'));
    ends.push(() => rm(cacheDir, { recursive: true, force: true }));
    const first = await Forebay.start({ UPSTREAM_SERVERS: only.url, CACHE_DIR: cacheDir });
    for (let index = 0; index < 4; index += 1) await first.ask(path(index));
    const wholeEntries = async (): Promise<string[]> => {
      const files = (await readdir(join(cacheDir, 'entries'), { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      const large: string[] = [];
      for (const file of files) if ((await readFile(file)).length > 20_000) large.push(file);
      return large;
    };
    const entries = await eventually(wholeEntries, ({ length }) => length === 4, 'all is on disk');
    await first.stop();
    const [flipped = '', cut = '', empty = '', replacedByFolder = ''] = entries;
    const bytes = await readFile(flipped);
    bytes[bytes.length - 5000] = (bytes[bytes.length - 5000] ?? 0) ^ 0xff;
    await writeFile(flipped, bytes);
    await writeFile(cut, (await readFile(cut)).subarray(0, 10_000));
    await writeFile(empty, '');
    await rm(replacedByFolder);
    await mkdir(replacedByFolder);
    await writeFile(join(cacheDir, 'readme.txt'), 'not ours');

    const before = only.asked.length;
    const second = await forebay({ UPSTREAM_SERVERS: only.url, CACHE_DIR: cacheDir });
    for (let index = 0; index < 4; index += 1) {
      const reply = await second.ask(path(index));
      expect(reply.status).toBe(200);
      expect(reply.body.equals(pictureOf(path(index)))).toBe(true);
      expect(reply.headers['x-cache']).toBe('MISS');
    }
    expect(only.asked.slice(before).filter((asked) => asked.includes('poster'))).toHaveLength(4);
    expect(await readFile(join(cacheDir, 'readme.txt'), 'utf8')).toBe('not ours');
  });

  it('and cannot be written at all, everything is served and health says degraded', async () => {
    const only = await origin();
    const parent = await mkdtemp(join(tmpdir(), 'forebay-no-disk-'));
    ends.push(() => rm(parent, { recursive: true, force: true }));
    // A file where the folder should be: nobody can make it, not even root.
    await writeFile(join(parent, 'cache'), '');
    const server = await forebay({ UPSTREAM_SERVERS: only.url, CACHE_DIR: join(parent, 'cache', 'folder') });
    for (let index = 0; index < 20; index += 1) expect((await server.ask(path(index))).status).toBe(200);
    expect((await server.ask(path(0))).headers['x-cache']).toBe('HIT');
    await eventually(
      async () => (await server.ask('/health')).json()['status'],
      (status) => status === 'degraded',
      'the lack is noticed',
    );
    expect((await server.ask('/health')).status).toBe(200);
  });
});
