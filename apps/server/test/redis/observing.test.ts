import { expect, it } from 'vitest';
import { endsAfterEach } from '../support/ends.js';
import { eventually } from '../support/forebay.js';
import { startRedis } from '../support/redis.js';
import { redisIs, redisNode } from '../support/redis-nodes.js';

const ends = endsAfterEach();

interface Overview {
  readonly health: { readonly status: string; readonly findings: readonly { readonly code: string }[] };
  readonly tiers: readonly { readonly name: string; readonly usable: boolean; readonly latency_ms: number | null }[];
  readonly alerts: { readonly active: readonly { readonly id: string }[] };
}

it('shows Redis with how long it takes to answer, and says within seconds that it is gone', async () => {
  const redis = await startRedis();
  ends.push(() => redis.stop());
  const node = await redisNode(await ends.origin(), [redis.address]);
  ends.push(() => node.end());
  await redisIs(node, 'connected');
  const look = async (): Promise<Overview> =>
    JSON.parse((await node.ask('/api/v1/overview')).body.toString()) as Overview;
  const redisOf = ({ tiers }: Overview) => tiers.find(({ name }) => name === 'redis');

  const well = await eventually(look, (overview) => redisOf(overview)?.latency_ms !== null, 'Redis is measured');
  expect(redisOf(well)).toMatchObject({ usable: true });
  expect(redisOf(well)?.latency_ms).toBeGreaterThan(0);
  expect((await node.ask('/metrics')).body.toString()).toMatch(
    /^forebay_cache_tier_latency_seconds\{tier="redis"\} 0\.\d+$/m,
  );

  await redis.stop();
  const gone = await eventually(look, ({ alerts }) => alerts.active.length > 0, 'the alert is raised');
  expect(gone.alerts.active.map(({ id }) => id)).toEqual(['redis-away redis']);
  expect(gone.health).toMatchObject({ status: 'degraded', findings: [{ code: 'tier-down' }] });
  expect((await node.ask('/health/ready')).status).toBe(200);
});
