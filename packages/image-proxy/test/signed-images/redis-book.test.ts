import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSignedImages, type SignedImages } from '@forebay/image-proxy/signed-images';
import { redisBookStore } from '@forebay/image-proxy/signed-images/redis';
import { startRedis, type RedisServer } from './redis-server.js';

const HOUR = 3_600_000;

let redis: RedisServer;
let now: number;
let signings: number;
let errors: unknown[];

beforeEach(async () => {
  redis = await startRedis();
  now = Date.UTC(2026, 0, 1);
  signings = 0;
  errors = [];
});
afterEach(() => redis.stop());

const node = (name?: string): SignedImages =>
  createSignedImages({
    presign: (key) => ({ url: `https://store.example/${key}?n=${(signings += 1)}`, expiresAt: now + HOUR }),
    book: redisBookStore({ connection: redis.connect(), ...(name === undefined ? {} : { name }) }),
    clock: { now: () => now },
    onError: (error) => errors.push(error),
  });

describe('the book in Redis', () => {
  it('gives nodes that sign at once the same URL', async () => {
    const nodes = Array.from({ length: 5 }, () => node());
    const urls = await Promise.all(nodes.map((each) => each.urlOf('a')));
    expect(new Set(urls.map(({ url }) => url)).size).toBe(1);
  });

  it('keeps books of different names apart', async () => {
    const [one, other] = [await node('one').urlOf('a'), await node('other').urlOf('a')];
    expect(one.url).not.toBe(other.url);
    expect(() => node('a{b')).toThrow(/name .*a\{b/);
  });

  it('is done without while Redis is away', async () => {
    const images = node();
    const first = await images.urlOf('a');
    await redis.kill();
    now += 60_000;
    expect((await images.urlOf('a')).url).toBe(first.url);
    expect((await images.urlOf('b')).fromCache).toBe(false);
    expect((await images.urlsOf(['a', 'b', 'c'])).urls.size).toBe(3);
    now += HOUR;
    expect((await images.urlOf('a')).url).not.toBe(first.url);
    expect(errors.length).toBeGreaterThan(0);
    await expect(images.refreshDue()).rejects.toThrow();
  });
});
