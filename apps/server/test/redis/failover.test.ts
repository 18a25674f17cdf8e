import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Forebay } from '../support/forebay.js';
import { failuresOf, figures, percentile, underLoad } from '../support/load.js';
import { Origin } from '../support/origin.js';
import { startCluster, type RedisCluster } from '../support/redis.js';
import { redisIs, redisNode } from '../support/redis-nodes.js';

const ends: (() => Promise<unknown>)[] = [];
let origin: Origin;
let cluster: RedisCluster;
let nodes: readonly Forebay[];
beforeAll(async () => {
  origin = await Origin.start();
  ends.push(() => origin.die());
  cluster = await startCluster();
  ends.push(() => cluster.stop());
  const begin = async (): Promise<Forebay> => {
    // Small memories, so that much is read from Redis.
    const node = await redisNode(origin, cluster.addresses, { MEMORY_CACHE_SIZE: '20' });
    ends.push(() => node.end());
    return node;
  };
  nodes = await Promise.all([begin(), begin()]);
  await Promise.all(nodes.map((node) => redisIs(node, 'connected')));
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

/** Of three requests one is for something new, the others for what one of the nodes has fetched, over all shards. */
const mixed = (count: number): { node: Forebay; path: string } => ({
  node: nodes[count % 2] as Forebay,
  path: count % 3 === 0 ? `/t/p/w92/new-${count}.png` : `/t/p/w92/known-${(count * 7) % 120}.png`,
});

describe('when a master of the cluster is killed under load', () => {
  it('no client of two nodes sees a failure, and Redis is used on', async ({ annotate }) => {
    let killedAt = 0;
    let recoveredAt = 0;
    const samples = await underLoad(8, mixed, async (soFar) => {
      const more = (count: number, from = soFar.length): Promise<number> =>
        eventually(
          async () => soFar.length - from,
          (seen) => seen >= count,
          'the load goes on',
        );
      await more(600);
      const victim = await cluster.masterOf(0);
      killedAt = soFar.length;
      await victim.kill();
      await eventually(
        () => cluster.masters(),
        (masters) => masters.length === 3 && masters.every(({ server }) => server !== victim),
        'its replica has taken over',
      );
      recoveredAt = soFar.length;
      await more(300);
    });
    const [before, during] = [samples.slice(0, killedAt), samples.slice(killedAt, recoveredAt)];
    await annotate(`before: ${figures(before)}`);
    await annotate(`from the kill until the replica has taken over: ${figures(during)}`);
    await annotate(`after: ${figures(samples.slice(recoveredAt))}`);
    expect(failuresOf(samples)).toEqual([]);
    expect(during.some(({ source }) => source === 'redis')).toBe(true);
    // A failover takes two to four seconds: nobody waited for it.
    expect(percentile(during, 0.99)).toBeLessThan(1500);
  });
});
