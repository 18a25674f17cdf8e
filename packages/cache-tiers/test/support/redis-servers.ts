import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { guardFolder, guardProcess, releaseProcess } from './process-guard.js';
import { waitUntil } from './wait-until.js';

/** Loopback ports that were free a moment ago, all different. */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
};

export interface RedisServer {
  readonly port: number;
  /** `127.0.0.1:port` */
  readonly address: string;
  readonly pid: number;
  /** One command over a connection of its own. */
  command(...args: (string | number)[]): Promise<unknown>;
  freeze(): void;
  thaw(): void;
  /** `kill -9`; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with the same folder. */
  start(): Promise<void>;
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>;
}

/** A real `redis-server` on a free loopback port, with `extra` directives (`['maxmemory', '3mb']`). */
export const startRedis = async (
  extra: readonly (readonly [string, string])[] = [],
  { port: wanted, password }: { port?: number; password?: string } = {},
): Promise<RedisServer> => {
  const port = wanted ?? (await freePorts(1))[0] ?? 0;
  const folder = mkdtempSync(join(tmpdir(), 'forebay-redis-'));
  guardFolder(folder);
  const directives = [
    ['port', String(port)],
    ['bind', '127.0.0.1'],
    ['dir', folder],
    ['save', ''],
    ['appendonly', 'no'],
    ['enable-debug-command', 'yes'],
    ...(password === undefined ? [] : [['requirepass', password]]),
    ...extra,
  ];
  let child: ChildProcess | undefined;

  const command = async (...args: (string | number)[]): Promise<unknown> => {
    const client = new Redis({
      port,
      host: '127.0.0.1',
      lazyConnect: true,
      retryStrategy: null,
      connectTimeout: 2000,
      ...(password === undefined ? {} : { password }),
    });
    client.on('error', () => {});
    try {
      await client.connect();
      return await client.call(String(args[0]), ...args.slice(1));
    } finally {
      client.disconnect();
    }
  };

  const start = async (): Promise<void> => {
    const started = spawn(
      'redis-server',
      directives.flatMap(([name, value]) => [`--${name}`, value ?? '']),
      { stdio: 'ignore' },
    );
    child = started;
    if (started.pid) guardProcess(started.pid);
    await waitUntil(`redis-server on ${port} answers`, async () => {
      if (started.exitCode !== null) throw new Error(`redis-server ended with ${started.exitCode}`);
      return (await command('PING')) === 'PONG';
    });
  };

  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (!running?.pid) return;
    if (running.exitCode === null && running.signalCode === null) {
      const gone = once(running, 'exit');
      running.kill('SIGKILL');
      await gone;
    }
    releaseProcess(running.pid);
  };

  await start();
  return {
    port,
    address: `127.0.0.1:${port}`,
    get pid() {
      return child?.pid ?? 0;
    },
    command,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    kill,
    start,
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

export interface RedisCluster {
  readonly servers: readonly RedisServer[];
  /** `127.0.0.1:port` of every node. */
  readonly addresses: readonly string[];
  /** The masters as the cluster sees them now, with the slots they serve. */
  masters(): Promise<{ server: RedisServer; id: string; slots: (readonly [number, number])[] }[]>;
  masterOf(slot: number): Promise<RedisServer>;
  /** Every node agrees that all is well: 16,384 slots served, every master with a replica that is in step. */
  settled(): Promise<void>;
  /** Begins to move a slot and moves those of its keys that the test picks; `finish` moves the rest and hands it over. */
  moveSlot(slot: number, to: RedisServer, first: (key: string) => boolean): Promise<{ finish(): Promise<void> }>;
  stop(): Promise<void>;
}

/** A real cluster: three masters, a replica each, quick to notice a dead node. */
export const startCluster = async (masterCount = 3): Promise<RedisCluster> => {
  const ports = await freePorts(masterCount * 4);
  const servers = await Promise.all(
    Array.from({ length: masterCount * 2 }, (_, index) =>
      startRedis(
        [
          ['cluster-enabled', 'yes'],
          ['cluster-port', String(ports[masterCount * 2 + index])],
          ['cluster-node-timeout', '2000'],
          ['cluster-require-full-coverage', 'no'],
          ['repl-diskless-sync-delay', '0'],
        ],
        { port: ports[index] ?? 0 },
      ),
    ),
  );
  const byAddress = new Map(servers.map((server) => [server.address, server]));
  const ids = await Promise.all(servers.map((server) => server.command('CLUSTER', 'MYID').then(String)));

  const alive = async (): Promise<{ server: RedisServer; lines: string[][] }> => {
    for (const server of servers) {
      if (server.pid === 0) continue;
      const text = await server.command('CLUSTER', 'NODES').catch(() => undefined);
      if (typeof text === 'string')
        return {
          server,
          lines: text
            .trim()
            .split('\n')
            .map((line) => line.split(' ')),
        };
    }
    throw new Error('no node of the cluster answers');
  };
  const masters: RedisCluster['masters'] = async () => {
    const { lines } = await alive();
    return lines.flatMap((fields) => {
      const server = byAddress.get((fields[1] ?? '').split('@')[0] ?? '');
      const flags = (fields[2] ?? '').split(',');
      const slots = fields
        .slice(8)
        .filter((range) => !range.startsWith('['))
        .map((range) => range.split('-').map(Number))
        .map(([first = 0, last = first]) => [first, last] as const);
      const healthy = flags.includes('master') && !flags.includes('fail') && !flags.includes('fail?');
      return server && healthy && slots.length > 0 ? [{ server, id: fields[0] ?? '', slots }] : [];
    });
  };
  const settled = (): Promise<void> =>
    waitUntil(
      'the cluster has settled',
      async () => {
        const views = await Promise.all(
          servers.map(async (server) => {
            const [info, nodes, replication] = (await Promise.all([
              server.command('CLUSTER', 'INFO'),
              server.command('CLUSTER', 'NODES'),
              server.command('INFO', 'replication'),
            ])) as [string, string, string];
            const ready = /role:master/.test(replication)
              ? /state=online/.test(replication)
              : /master_link_status:up/.test(replication);
            return (
              ready &&
              /cluster_state:ok/.test(info) &&
              /cluster_slots_ok:16384/.test(info) &&
              nodes.trim().split('\n').length === servers.length &&
              !/fail|handshake|noaddr|disconnected/.test(nodes)
            );
          }),
        );
        return views.every(Boolean);
      },
      { within: 20_000, every: 50 },
    ).then(() => undefined);

  const first = servers[0] as RedisServer;
  await Promise.all(
    servers.slice(0, masterCount).map((server, index) => {
      const from = Math.ceil((16_384 / masterCount) * index);
      const to = Math.ceil((16_384 / masterCount) * (index + 1)) - 1;
      return server.command('CLUSTER', 'ADDSLOTSRANGE', from, to);
    }),
  );
  for (const [index, server] of servers.entries()) {
    await server.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    if (server !== first)
      await server.command('CLUSTER', 'MEET', '127.0.0.1', first.port, Number(ports[masterCount * 2]));
  }
  await Promise.all(
    servers
      .slice(masterCount)
      .map((server, index) =>
        waitUntil(`replica ${index} knows its master`, () =>
          server.command('CLUSTER', 'REPLICATE', ids[index] ?? '').then(() => true),
        ),
      ),
  );
  await settled();
  return {
    servers,
    addresses: servers.map((server) => server.address),
    masters,
    masterOf: async (slot) => {
      const found = (await masters()).find(({ slots }) => slots.some(([from, to]) => slot >= from && slot <= to));
      if (!found) throw new Error(`no master serves slot ${slot}`);
      return found.server;
    },
    settled,
    moveSlot: async (slot, to, first) => {
      const all = await masters();
      const source = all.find(({ slots }) => slots.some(([begin, end]) => slot >= begin && slot <= end));
      const target = all.find(({ server }) => server === to);
      if (!source || !target) throw new Error(`slot ${slot} cannot be moved to ${to.address}`);
      await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id);
      await source.server.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id);
      const move = async (wanted: (key: string) => boolean): Promise<void> => {
        const keys = ((await source.server.command('CLUSTER', 'GETKEYSINSLOT', slot, 10_000)) as string[]).filter(
          wanted,
        );
        for (const key of keys) await source.server.command('MIGRATE', '127.0.0.1', to.port, key, 0, 5000);
      };
      await move(first);
      return {
        finish: async () => {
          await move(() => true);
          await to.command('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
          await source.server.command('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
        },
      };
    },
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
};
