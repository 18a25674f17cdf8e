import { redisTier, type RedisTier, type RedisTierOptions } from '@forebay/cache-tiers/redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, headOf, put, read } from '../support/entries.js';
import { startCluster, startRedis, type RedisCluster, type RedisServer } from '../support/redis-servers.js';
import { waitUntil } from '../support/wait-until.js';

let cluster: RedisCluster;
const tiers: RedisTier[] = [];
const tierOf = (options: RedisTierOptions = {}): RedisTier => {
  const tier = redisTier({ nodes: cluster.addresses, ...options });
  tiers.push(tier);
  return tier;
};

const KEYS = 120;
/** At once; so many reads are under way when something happens, and no more than those may miss. */
const READERS = 8;
const keyOf = (index: number): string => `picture-${index % KEYS}`;
const fill = async (tier: RedisTier): Promise<void> => {
  for (let index = 0; index < KEYS; index += 1) await put(tier, keyOf(index), bytesOf(2000, index));
};
const slotOf = async (name: string): Promise<number> =>
  Number(await cluster.servers[0]?.command('CLUSTER', 'KEYSLOT', name));
const nameOf = async (key: string): Promise<string> => {
  for (const { server } of await cluster.masters()) {
    const names = (await server.command('KEYS', 'forebay:e*')) as string[];
    const found = names.find((name) => name.endsWith(`}${key}`));
    if (found !== undefined) return found;
  }
  throw new Error(`${key} is nowhere`);
};

/** Whatever waits for a server that never answers takes longer than this, however busy the machine is. ms */
const HANGS = 4000;

interface Tally {
  reads: number;
  wrong: number;
  misses: number;
  readonly times: number[];
  /** How often each key was read right. */
  readonly right: Map<string, number>;
}

/** Reads all keys over and over, `READERS` at a time, until the work is done; nothing may throw. */
const readThrough = async (tier: RedisTier, work: (soFar: Tally) => Promise<unknown>): Promise<Tally> => {
  const tally: Tally = { reads: 0, wrong: 0, misses: 0, times: [], right: new Map() };
  let working = true;
  const reader = async (): Promise<void> => {
    while (working) {
      const index = tally.reads++ % KEYS;
      const begun = performance.now();
      const bytes = await read(tier, keyOf(index));
      tally.times.push(performance.now() - begun);
      if (!bytes) tally.misses += 1;
      else if (!bytes.equals(bytesOf(2000, index))) tally.wrong += 1;
      else tally.right.set(keyOf(index), (tally.right.get(keyOf(index)) ?? 0) + 1);
      await new Promise((resume) => setTimeout(resume, 2));
    }
  };
  const readers = Array.from({ length: READERS }, reader);
  await work(tally);
  working = false;
  await Promise.all(readers);
  return tally;
};

const writable = (tier: RedisTier): Promise<unknown> =>
  waitUntil('every shard takes writes', async () => {
    const before = tier.writes().written;
    await fill(tier);
    await tier.flush();
    return tier.writes().waiting === 0 && tier.writes().written >= before + KEYS;
  });

beforeAll(async () => {
  cluster = await startCluster();
});
afterEach(async () => {
  await Promise.all(tiers.splice(0).map((tier) => tier.close()));
});
afterAll(() => cluster.stop());

describe('a tier on a real cluster', () => {
  it('finds all nodes from one of them and spreads entries over the masters, pieces beside their entry', async () => {
    const tier = tierOf({ nodes: cluster.addresses.slice(4, 5), pieceBytes: 1024 });
    await fill(tier);
    expect(tier.state()).toBe('connected');
    await waitUntil('all nodes are known', () => tier.nodes.length === 6);
    for (let index = 0; index < KEYS; index += 1) expect(await read(tier, keyOf(index))).toEqual(bytesOf(2000, index));
    for (const { server } of await cluster.masters()) {
      const names = (await server.command('KEYS', 'forebay:*{*')) as string[];
      expect(names.filter((name) => name.startsWith('forebay:e')).length).toBeGreaterThan(20);
      expect(names.filter((name) => name.startsWith('forebay:p')).length).toBe(names.length / 2);
    }
  });

  it('lists and clears over all masters', async () => {
    const tier = tierOf();
    await fill(tier);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await tier.keys({ limit: 50, contains: 'picture', ...(cursor !== undefined && { cursor }) });
      seen.push(...page.keys.map(({ key }) => key));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(KEYS);
    expect((await tier.keys({ limit: 500, contains: 'picture-11' })).keys.length).toBe(11);
    expect((await tier.stats()).entries).toBeGreaterThanOrEqual(KEYS);
    expect(await tier.clear()).toBe(KEYS);
    for (const { server } of await cluster.masters()) expect(await server.command('KEYS', 'forebay:[ep]*')).toEqual([]);
  });

  it('follows a slot while it moves: MOVED, ASK, and back to the new owner', async () => {
    const tier = tierOf();
    await fill(tier);
    const name = await nameOf(keyOf(7));
    const slot = await slotOf(name);
    const from = await cluster.masterOf(slot);
    const to = (await cluster.masters()).find(({ server }) => server !== from)?.server as RedisServer;
    const move = await cluster.moveSlot(slot, to, () => true);
    // The old owner has the slot still but the entry no more: it answers ASK.
    expect((await read(tier, keyOf(7)))?.equals(bytesOf(2000, 7))).toBe(true);
    await put(tier, keyOf(7), bytesOf(3000, 8));
    expect((await read(tier, keyOf(7)))?.equals(bytesOf(3000, 8))).toBe(true);
    expect(await tier.renew(keyOf(7), headOf({ metadata: { renewed: true } }))).toBe(true);
    const outcome = await readThrough(tier, async () => {
      await move.finish();
      await waitUntil('the others know', async () => (await cluster.masterOf(slot)) === to);
    });
    expect(outcome.misses).toBe(0);
    expect((await read(tier, keyOf(7)))?.equals(bytesOf(3000, 8))).toBe(true);
    expect(await tier.delete(keyOf(7))).toBe(true);
    expect(await read(tierOf(), keyOf(7))).toBeUndefined();
  });

  it('reads on while a master is killed and its replica takes over, and soon writes on', async () => {
    const tier = tierOf();
    await fill(tier);
    await cluster.settled();
    await readThrough(tier, () => new Promise((resume) => setTimeout(resume, 100)));
    const victim = await cluster.masterOf(0);
    const outcome = await readThrough(tier, async (soFar) => {
      await victim.kill();
      soFar.right.clear();
      await waitUntil('every key was read from what is left', () => soFar.right.size === KEYS);
      await waitUntil('a replica took over', async () => (await cluster.masterOf(0)) !== victim);
    });
    expect(outcome).toMatchObject({ wrong: 0 });
    expect(Math.max(...outcome.times)).toBeLessThan(HANGS);
    await waitUntil('writes go on', () => writable(tier).then(() => true), { within: 2000 });
    await victim.start();
    await cluster.settled();
  });

  it('reads on from the replica while a master is frozen, other shards untouched', async () => {
    const tier = tierOf();
    await fill(tier);
    await cluster.settled();
    await readThrough(tier, () => new Promise((resume) => setTimeout(resume, 100)));
    const victim = await cluster.masterOf(0);
    victim.freeze();
    const outcome = await readThrough(tier, async (soFar) => {
      await waitUntil(
        'every key was read, those of the frozen master from its replica',
        () => soFar.right.size === KEYS,
      );
      await waitUntil('a replica took over', async () => {
        const views = await Promise.all(
          cluster.servers.filter((server) => server !== victim).map((server) => server.command('CLUSTER', 'NODES')),
        );
        return views.every((view) => new RegExp(`${victim.address}@\\S+ \\S*fail `).test(String(view)));
      });
    });
    victim.thaw();
    expect(outcome).toMatchObject({ wrong: 0 });
    expect(Math.max(...outcome.times)).toBeLessThan(HANGS);
    await cluster.settled();
    await writable(tier);
  });

  it('goes over to the fallback when the cluster has lost its majority, and comes back', async () => {
    const spare = await startRedis();
    try {
      const tier = tierOf({ fallbackNodes: [spare.address] });
      await fill(tier);
      const [left] = (await cluster.masters()).map(({ server }) => server);
      for (const server of cluster.servers) if (server !== left) server.freeze();
      const outcome = await readThrough(tier, () =>
        waitUntil('the last master knows that it is alone, and the fallback is in use', async () => {
          const info = String(await left?.command('CLUSTER', 'INFO'));
          return info.includes('cluster_state:fail') && tier.state() === 'fallback';
        }),
      );
      expect(outcome).toMatchObject({ wrong: 0 });
      expect(Math.max(...outcome.times)).toBeLessThan(HANGS);
      await put(tier, 'meanwhile', bytesOf(100));
      expect((await read(tierOf({ nodes: [spare.address] }), 'meanwhile'))?.length).toBe(100);
      for (const server of cluster.servers) server.thaw();
      await cluster.settled();
      await waitUntil('the cluster is in use again', () => tier.state() === 'connected', { within: 2000 });
      await writable(tier);
    } finally {
      await spare.stop();
    }
  });

  it('is connected again when a node that was there all along becomes the master', async () => {
    const pair = await startCluster(1);
    try {
      const tier = tierOf({ nodes: pair.addresses });
      await put(tier, 'key', bytesOf(10));
      const [master, replica] = pair.servers as [RedisServer, RedisServer];
      await master.kill();
      await waitUntil('no master is left', () => tier.state() === 'disconnected');
      await replica.command('CLUSTER', 'FAILOVER', 'TAKEOVER');
      await waitUntil('the new one is in use', () => tier.state() === 'connected', { within: 3000 });
      expect(await read(tier, 'key')).toEqual(bytesOf(10));
    } finally {
      await pair.stop();
    }
  });
});
