import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisConnection, type RedisConnection } from '@forebay/cache-tiers/redis';
import {
  createSignedImages,
  memoryBookStore,
  s3Presigner,
  type BookStore,
  type SignedImages,
  type StoreCredentials,
} from '@forebay/image-proxy/signed-images';
import { redisBookStore } from '@forebay/image-proxy/signed-images/redis';
import { seededRandom } from '../../src/sample/seeded-random.js';
import { checkSignature } from '../../src/sample/store/check-signature.js';
import { startRedis, type RedisServer } from '../support/redis.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEP = 5 * MINUTE;
const BEGIN = Date.UTC(2026, 2, 28, 12);
const account = { accessKeyId: 'AKIDSAMPLE', secretAccessKey: 'sample-secret', region: 'sample-1' };
const ACTIVE = Array.from({ length: 20 }, (_, index) => `posters/${index + 1}.png`);
const IDLE = Array.from({ length: 20 }, (_, index) => `图片/old ${index + 1}.png`);

/** Three nodes with a clock of the test's, in front of the strict store's own check. */
class Day {
  now = BEGIN;
  credentials: () => StoreCredentials = () => account;
  /** When each key was signed. */
  readonly signings = new Map<string, number[]>();
  readonly nodes: readonly SignedImages[];
  readonly errors: unknown[] = [];
  /** Why the store would have refused a viewer. */
  readonly faults: string[] = [];
  views = 0;
  readonly #random = seededRandom(7);

  constructor(bookOf: () => BookStore) {
    this.nodes = [1, 2, 3].map(() => this.#node(bookOf()));
  }

  #node(book: BookStore): SignedImages {
    const presign = s3Presigner({
      endpoint: 'http://store.example:9000',
      region: account.region,
      bucket: 'pictures',
      pathStyle: true,
      credentials: () => this.credentials(),
    });
    return createSignedImages({
      presign: async (key, request) => {
        const signed = await presign(key, request);
        this.signings.set(key, [...(this.signings.get(key) ?? []), this.now]);
        return signed;
      },
      book,
      clock: { now: () => this.now },
      random: this.#random,
      onError: (error) => this.errors.push(error),
    });
  }

  /** One viewer: the redirect must work now, and at the last moment that the browser may keep it. */
  async view(key: string): Promise<void> {
    const node = this.nodes[Math.floor(this.#random() * this.nodes.length)]!;
    const path = key.split('/').map(encodeURIComponent).join('/');
    const reply = await node.fetch(new Request(`http://forebay/${path}`));
    const url = new URL(reply.headers.get('location') ?? '');
    const seconds = Number(/^private, max-age=(\d+)$/.exec(reply.headers.get('cache-control') ?? '')?.[1] ?? 0);
    const request = { method: 'GET', target: url.pathname + url.search, headers: { host: url.host } };
    for (const at of [this.now, this.now + seconds * 1000]) {
      const refusal = checkSignature(request, account, at);
      if (refusal !== undefined) this.faults.push(refusal.message);
      if (at >= this.endOf(url)) this.faults.push('the redirect outlives the credentials');
    }
    this.views += 1;
  }

  /** Credentials of which a test knows the end. */
  readonly ends = new Map<string, number>();
  endOf(url: URL): number {
    return this.ends.get(url.searchParams.get('X-Amz-Security-Token') ?? '') ?? Infinity;
  }

  /** A step: some views, and the schedulers of all nodes at once. */
  async step(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.view(key)));
    await Promise.all(this.nodes.map((node) => node.refreshDue()));
    this.now += STEP;
  }
}

async function wholeDay(day: Day): Promise<void> {
  for (const key of IDLE) await day.view(key);
  while (day.now < BEGIN + DAY) await day.step(ACTIVE);
}

/** How far apart the signings of active keys were, in minutes, and how often idle ones were signed. */
function summaryOf(day: Day): { readonly least: number; readonly most: number; readonly idle: number } {
  const gaps = ACTIVE.flatMap((key) => {
    const at = day.signings.get(key) ?? [];
    return at.slice(1).map((time, index) => (time - at[index]!) / MINUTE);
  });
  const idle = Math.max(...IDLE.map((key) => day.signings.get(key)?.length ?? 0));
  return { least: Math.min(...gaps), most: Math.max(...gaps), idle };
}

// Due 15 to 18 minutes before the end of an hour; a scheduler comes by every five minutes.
const ONCE_A_WINDOW = { least: 45, most: 45, idle: 1 };

describe('a day of traffic over three nodes', () => {
  it('refreshes active keys once a window, idle ones never, and no redirect outlives its URL', async () => {
    const book = memoryBookStore();
    const day = new Day(() => book);
    await wholeDay(day);
    expect(summaryOf(day)).toEqual(ONCE_A_WINDOW);
    expect([day.faults, day.errors, day.views]).toEqual([[], [], 20 * 288 + 20]);
    expect((await day.nodes[0]!.cleanUp()).removed).toBe(IDLE.length);
  });

  it('goes on with the URLs that it has for a quarter of an hour without credentials', async () => {
    const book = memoryBookStore();
    const day = new Day(() => book);
    const away = { from: BEGIN + 3 * HOUR, until: BEGIN + 3 * HOUR + 14 * MINUTE };
    day.credentials = () => {
      if (day.now >= away.from && day.now < away.until) throw new Error('the credentials are away');
      return account;
    };
    while (day.now < BEGIN + 6 * HOUR) await day.step(ACTIVE);
    expect(day.errors.length).toBeGreaterThan(0);
    expect(day.faults).toEqual([]);
  });

  it('follows credentials that end early, and gives out nothing that ends after them', async () => {
    const book = memoryBookStore();
    const day = new Day(() => book);
    // Rotated every 20 minutes; those from before work for two minutes more.
    day.credentials = () => {
      const turn = Math.floor((day.now - BEGIN) / (20 * MINUTE));
      const expiresAt = BEGIN + (turn + 1) * 20 * MINUTE + 2 * MINUTE;
      const sessionToken = `turn-${turn}`;
      day.ends.set(sessionToken, expiresAt);
      return { ...account, sessionToken, expiresAt };
    };
    while (day.now < BEGIN + 8 * HOUR) await day.step(ACTIVE);
    expect([day.faults, day.errors]).toEqual([[], []]);
  });

  describe('with the book in Redis', () => {
    let redis: RedisServer;
    const connections: RedisConnection[] = [];
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await redis.stop();
    });

    it('is the same', async () => {
      const day = new Day(() => {
        const connection = redisConnection({ nodes: [redis.address], readTimeout: 2000, writeTimeout: 5000 });
        connections.push(connection);
        return redisBookStore({ connection });
      });
      await wholeDay(day);
      expect(summaryOf(day)).toEqual(ONCE_A_WINDOW);
      expect([day.faults, day.errors]).toEqual([[], []]);
    });
  });
});
