import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface ForebayNode {
  readonly name: string;
  readonly url: string;
  /** Fetches and says where the answer came from, and how long it took. */
  get(path: string): Promise<string>;
  /** The second tier, as `/cache/info` shows it. */
  redisState(): Promise<string>;
  /** Removes what has this text in its key, here and in all other nodes. */
  purge(text: string): Promise<void>;
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL('main.ts', import.meta.resolve('@forebay/server')));

/** One Forebay node with the sample upstreams, its own disk, and Redis between the two. */
export const startNode = async (name: string, port: number, redis: readonly string[]): Promise<ForebayNode> => {
  const folder = mkdtempSync(join(tmpdir(), `forebay-${name}-`));
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--conditions=@forebay/source', main],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        HOST: '127.0.0.1',
        NUM_WORKERS: '1',
        LOG_LEVEL: 'error',
        CACHE_DIR: join(folder, 'cache'),
        USE_REDIS: 'true',
        // Two of them are enough: they tell of the rest.
        REDIS_CLUSTER_NODES: redis.slice(0, 2).join(','),
      },
    },
  );
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; ; tries += 1) {
    if ((await fetch(`${url}/health/ready`).catch(() => undefined))?.ok) break;
    if (child.exitCode !== null || tries > 300) {
      await stop();
      throw new Error(`node ${name} did not start on port ${port}`);
    }
    await pause(100);
  }
  return {
    name,
    url,
    get: async (path) => {
      const begun = performance.now();
      const answer = await fetch(`${url}${path}`);
      await answer.arrayBuffer();
      const took = (performance.now() - begun).toFixed(0).padStart(4);
      return `${name}: ${answer.status} ${took} ms  ${answer.headers.get('cache-status') ?? ''}`;
    },
    redisState: async () => {
      const answer = await fetch(`${url}/cache/info`, { signal: AbortSignal.timeout(5000) });
      const info = (await answer.json()) as { l2_cache?: { state?: string; bus_state?: string } };
      const { state = 'unknown', bus_state: bus } = info.l2_cache ?? {};
      // Until it hears what the other node removes, it does not trust what it keeps.
      return state === 'connected' && bus !== 'connected' ? 'not heard yet' : state;
    },
    purge: async (text) => {
      const found = await fetch(`${url}/cache/search?q=${encodeURIComponent(text)}`);
      const { keys } = (await found.json()) as { keys: { key: string }[] };
      const answer = await fetch(`${url}/cache/purge`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ keys: keys.map(({ key }) => key) }),
      });
      if (!answer.ok) throw new Error(`purge: ${answer.status} ${await answer.text()}`);
    },
    stop,
  };
};
