import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisConnection, type RedisConnection } from '@forebay/cache-tiers/redis';

export interface RedisServer {
  readonly port: number;
  connect(): RedisConnection;
  flush(): Promise<void>;
  /** Ends it without a word. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A real `redis-server` on a free loopback port; it ends with the process at the latest. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'forebay-book-'));
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  for await (const chunk of child.stdout) if (String(chunk).includes('Ready to accept connections')) break;
  const connections: RedisConnection[] = [];
  const connect = (): RedisConnection => {
    const connection = redisConnection({ nodes: [`127.0.0.1:${port}`], readTimeout: 2000, writeTimeout: 2000 });
    connections.push(connection);
    return connection;
  };
  const own = connect();
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    kill();
    await gone;
  };
  return {
    port,
    connect,
    flush: () => own.write('flush', (redis) => redis.flushall()).then(() => undefined),
    kill: end,
    async stop() {
      await Promise.all(connections.map((connection) => connection.close()));
      process.off('exit', kill);
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
