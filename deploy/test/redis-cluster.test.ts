import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pathOf } from './support.js';

const run = promisify(execFile);
const servers: ChildProcess[] = [];
let folder = '';
let nodes: string[] = [];

/** A port that is free, and free at the distance at which Redis talks to its cluster. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forebay-redis-cluster-'));
  for (let index = 0; index < 6; index += 1) {
    const port = await freePort();
    const cwd = join(folder, String(port));
    await mkdir(cwd);
    const args = [pathOf('deploy/redis/start-server.sh'), '--port', String(port), '--bind', '127.0.0.1'];
    const env = { PATH: process.env['PATH'], ENDPOINT_TYPE: 'ip', MAXMEMORY: '16mb' };
    servers.push(spawn('sh', args, { cwd, env, stdio: 'ignore' }));
    nodes.push(`127.0.0.1:${port}`);
  }
});

afterAll(async () => {
  for (const server of servers) {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    if (server.kill('SIGKILL')) await gone;
  }
  await rm(folder, { recursive: true, force: true });
});

const make = (): Promise<{ stdout: string }> => run('sh', [pathOf('deploy/redis/make-cluster.sh'), ...nodes]);

it('is made once by whoever comes first, waited for by the others, and left alone when it is there', async () => {
  const made = await Promise.all([make(), make(), make()]);
  for (const { stdout } of made) expect(stdout).toContain('the cluster serves every slot');
  expect((await make()).stdout).toBe('the cluster serves every slot\n');
  const port = nodes[0]?.split(':')[1] ?? '';
  // The servers tell each other of their roles within a second or so.
  const roles = async (): Promise<string[]> => {
    const { stdout } = await run('redis-cli', ['-p', port, 'cluster', 'nodes']);
    return [...stdout.matchAll(/master|slave/g)].map(([role]) => role).toSorted();
  };
  const expected = ['master', 'master', 'master', 'slave', 'slave', 'slave'];
  await expect.poll(roles, { timeout: 5000 }).toEqual(expected);
});
