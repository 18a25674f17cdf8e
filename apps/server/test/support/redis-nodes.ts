import { eventually, Forebay } from './forebay.js';
import type { Origin } from './origin.js';

/** A node in front of an origin, with Redis behind its memory. */
export async function redisNode(
  origin: Origin,
  addresses: readonly string[],
  more: Record<string, string> = {},
): Promise<Forebay> {
  return Forebay.start({
    UPSTREAM_SERVERS: origin.url,
    // What the test counts at the origin are requests, not probes.
    HEALTH_CHECK_INTERVAL: '60000',
    USE_REDIS: 'true',
    REDIS_CLUSTER_NODES: addresses.join(','),
    ...more,
  });
}

interface SecondTier {
  readonly type: string;
  readonly state: string;
  readonly bus_state: string;
  readonly last_error: string | null;
}

/** The second tier, as `/cache/info` shows it. */
export async function secondTier(node: Forebay): Promise<SecondTier> {
  return (await node.ask('/cache/info')).json()['l2_cache'] as SecondTier;
}

export function redisIs(node: Forebay, wanted: string): Promise<unknown> {
  return eventually(
    () => secondTier(node),
    // A node that has begun to listen only now does not trust what it had before.
    ({ state, bus_state }) => state === wanted && (state !== 'connected' || bus_state === 'connected'),
    `Redis is ${wanted}`,
  );
}

export async function purge(node: Forebay, selection: object): Promise<unknown> {
  const reply = await node.ask('/cache/purge', { method: 'POST', body: JSON.stringify(selection) });
  if (reply.status !== 200) throw new Error(`purge: ${reply.status} ${reply.body.toString()}`);
  return reply.json()['purged'];
}
