import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface RedisCluster {
  readonly addresses: readonly string[];
  /** Kills a master with `kill -9` and resolves to its address. */
  killMaster(): Promise<string>;
  /** Starts again what was killed. */
  revive(): Promise<void>;
  freeze(): void;
  thaw(): void;
  stop(): void;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
};

const ask = async (port: number, ...words: string[]): Promise<string> =>
  (await run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...words])).stdout;

const until = async (what: string, condition: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await condition().catch(() => false)) return;
    await pause(100);
  }
  throw new Error(`${what} took too long`);
};

/** Three masters with a replica each, on free loopback ports, with their files in a temporary folder. */
export const startCluster = async (): Promise<RedisCluster> => {
  const folder = mkdtempSync(join(tmpdir(), 'forebay-regions-'));
  const processes = new Map<number, ChildProcess>();
  const busPorts = new Map<number, number>();

  const start = async (port: number): Promise<void> => {
    const settings = {
      port,
      bind: '127.0.0.1',
      dir: folder,
      save: '',
      'cluster-enabled': 'yes',
      'cluster-port': busPorts.get(port),
      'cluster-config-file': `nodes-${port}.conf`,
      'cluster-node-timeout': 2000,
      'cluster-require-full-coverage': 'no',
      maxmemory: '64mb',
      'maxmemory-policy': 'allkeys-lru',
    };
    const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    processes.set(port, spawn('redis-server', words, { stdio: 'ignore' }));
    await until(`redis-server on ${port}`, async () => (await ask(port, 'PING')).startsWith('PONG'));
  };
  const stop = (): void => {
    for (const child of processes.values()) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };

  for (let index = 0; index < 6; index += 1) busPorts.set(await freePort(), await freePort());
  const ports = [...busPorts.keys()];
  const healthy = async (port: number): Promise<boolean> => {
    const info = await ask(port, 'CLUSTER', 'INFO');
    return info.includes('cluster_state:ok') && info.includes('cluster_slots_ok:16384');
  };
  try {
    await Promise.all(ports.map(start));
    const nodes = ports.map((port) => `127.0.0.1:${port}`);
    await run('redis-cli', ['--cluster', 'create', ...nodes, '--cluster-replicas', '1', '--cluster-yes']);
    await until('the cluster', async () => (await Promise.all(ports.map(healthy))).every(Boolean));
  } catch (error) {
    stop();
    throw error;
  }
  return {
    addresses: ports.map((port) => `127.0.0.1:${port}`),
    killMaster: async () => {
      for (const port of ports) {
        if (!(await ask(port, 'ROLE')).startsWith('master')) continue;
        processes.get(port)?.kill('SIGKILL');
        processes.delete(port);
        return `127.0.0.1:${port}`;
      }
      throw new Error('no master is left');
    },
    revive: async () => {
      for (const port of ports) if (!processes.has(port)) await start(port);
    },
    freeze: () => processes.forEach((child) => child.kill('SIGSTOP')),
    thaw: () => processes.forEach((child) => child.kill('SIGCONT')),
    stop,
  };
};
