// Reads of one entry through the Redis tier beside the same bytes through plain ioredis, in turns, in one process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { redisTier, type RedisTier } from '@forebay/cache-tiers/redis';
import { Redis } from 'ioredis';

const ROUNDS = Number(process.argv[2] ?? 20);
const READS = 500;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
};

const percentile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;

const store = async (tier: RedisTier, key: string, bytes: Uint8Array): Promise<void> => {
  const until = Date.now() + 3_600_000;
  const head = {
    metadata: { status: 200, headers: { 'content-type': 'image/jpeg', etag: '"0123456789abcdef"' } },
    storedAt: Date.now(),
    freshUntil: until,
    staleWhileRevalidateUntil: until,
    staleIfErrorUntil: until,
    tags: [],
  };
  const writer = await tier.write(key, head, bytes.length);
  await writer?.write(bytes);
  await writer?.commit();
};

/** Microseconds of each read, one after the other. */
const one = async (read: () => Promise<unknown>): Promise<number[]> => {
  const times: number[] = [];
  for (let index = 0; index < READS; index += 1) {
    const begun = performance.now();
    await read();
    times.push((performance.now() - begun) * 1000);
  }
  return times;
};

const port = await freePort();
const server = spawn(
  'redis-server',
  ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
  {
    stdio: 'ignore',
  },
);
process.once('exit', () => server.kill('SIGKILL'));
const plain = new Redis(port, '127.0.0.1', { retryStrategy: () => 20 });
plain.on('error', () => {});
await plain.ping();
const tier = redisTier({ port });

console.log('| bytes | plain ioredis p50 µs | tier p50 µs | ratio p50 | ratio p99 |');
console.log('| --- | --- | --- | --- | --- |');
for (const size of [1000, 20_000, 200_000]) {
  const bytes = Buffer.alloc(size, 7);
  const key = `https://example.net/t/p/w500/${size}.jpg`;
  await plain.set(key, bytes);
  await store(tier, key, bytes);
  const readPlain = (): Promise<unknown> => plain.getBuffer(key);
  const readTier = async (): Promise<void> => {
    if ((await tier.open(key))?.body.size !== size) throw new Error('the tier lost the entry');
  };
  await one(readPlain);
  await one(readTier);
  const [first, second]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const plainFirst = round % 2 === 0;
    if (plainFirst) first.push(...(await one(readPlain)));
    second.push(...(await one(readTier)));
    if (!plainFirst) first.push(...(await one(readPlain)));
    await pause(5);
  }
  const [a, b] = [percentile(first, 0.5), percentile(second, 0.5)];
  const tail = percentile(second, 0.99) / percentile(first, 0.99);
  console.log(`| ${size} | ${a.toFixed(1)} | ${b.toFixed(1)} | ${(b / a).toFixed(2)} | ${tail.toFixed(2)} |`);
}
await tier.close();
plain.disconnect();
server.kill('SIGKILL');
