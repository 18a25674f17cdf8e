import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { redisConnection, redisTier, type RedisConnectionOptions } from '@forebay/cache-tiers/redis';
import { afterEach, describe, expect, it } from 'vitest';
import { bytesOf, put, read } from '../support/entries.js';
import { freePorts, startRedis, type RedisServer } from '../support/redis-servers.js';
import { waitUntil } from '../support/wait-until.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
const serverOf = async (...args: Parameters<typeof startRedis>): Promise<RedisServer> => {
  const server = await startRedis(...args);
  closing.push(() => server.stop());
  return server;
};
const connectedOf = async (server: RedisServer): Promise<number> =>
  String(await server.command('CLIENT', 'LIST'))
    .split('\n')
    .filter((line) => line.includes('name=forebay ')).length;

describe('a connection', () => {
  it('is shared by several parts, and closed by whoever made it', async () => {
    const server = await serverOf();
    const connection = redisConnection({ port: server.port, minIdle: 2 });
    closing.push(() => connection.close());
    const [a, b] = [redisTier({ connection, name: 'a' }), redisTier({ connection, name: 'b' })];
    await put(a, 'key', bytesOf(10));
    expect((await read(b, 'key'))?.length).toBe(10);
    await waitUntil('it has its connections', async () => (await connectedOf(server)) === 2);
    await a.close();
    expect(connection.state()).toBe('connected');
    expect((await read(b, 'key'))?.length).toBe(10);
    await connection.close();
    expect(connection.state()).toBe('disconnected');
    expect(await read(b, 'key')).toBeUndefined();
    await waitUntil('they are gone', async () => (await connectedOf(server)) === 0);
    await b.close();
  });

  it('grows with the load, up to its bound', async () => {
    const server = await serverOf();
    const tier = redisTier({ port: server.port, poolSize: 4, minIdle: 1, readTimeout: 5000 });
    closing.push(() => tier.close());
    await put(tier, 'key', bytesOf(400_000));
    expect(await connectedOf(server)).toBe(1);
    await Promise.all(Array.from({ length: 200 }, () => read(tier, 'key')));
    await waitUntil('it grew', async () => (await connectedOf(server)) === 4);
    await Promise.all(Array.from({ length: 200 }, () => read(tier, 'key')));
    expect(await connectedOf(server)).toBe(4);
  });

  it('uses a database of its own', async () => {
    const server = await serverOf();
    const [first, second] = [redisTier({ port: server.port, db: 3 }), redisTier({ port: server.port })];
    closing.push(
      () => first.close(),
      () => second.close(),
    );
    await put(first, 'key', bytesOf(10));
    expect((await read(first, 'key'))?.length).toBe(10);
    expect(await read(second, 'key')).toBeUndefined();
  });

  it('speaks TLS, and is away when it does not trust the certificate', async () => {
    const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) =>
      fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url)),
    ) as [string, string];
    const [tlsPort = 0] = await freePorts(1);
    await serverOf([
      ['tls-port', String(tlsPort)],
      ['tls-cert-file', certificate],
      ['tls-key-file', key],
      ['tls-ca-cert-file', certificate],
      ['tls-auth-clients', 'no'],
    ]);
    const tierOf = (tls: RedisConnectionOptions['tls']): ReturnType<typeof redisTier> => {
      const tier = redisTier({ port: tlsPort, tls: tls ?? false, readTimeout: 1000 });
      closing.push(() => tier.close());
      return tier;
    };
    const trusting = tierOf({ ca: readFileSync(certificate) });
    await put(trusting, 'key', bytesOf(10));
    expect((await read(trusting, 'key'))?.length).toBe(10);
    const wary = tierOf(true);
    expect(await read(wary, 'key')).toBeUndefined();
    await waitUntil('it gave up', () => wary.state() === 'disconnected');
    expect(wary.lastError?.message).toMatch(/self.signed/);
  });
});
