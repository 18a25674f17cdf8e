import type { Redis } from 'ioredis';
import { replyCode } from './errors.js';
import { SLOT_COUNT } from './slots.js';

/** Who serves a range of slots; addresses. */
export interface Shard {
  readonly master: string;
  readonly replicas: readonly string[];
}

/** What one node says about the set that it belongs to. */
export interface Topology {
  readonly cluster: boolean;
  /** False while the cluster says of itself that it cannot serve. */
  readonly healthy: boolean;
  /** A later epoch is a later truth: a node that was cut off or asleep tells of the past. */
  readonly epoch: number;
  readonly shards: readonly Shard[];
  /** Index into `shards` for every slot, or -1. */
  readonly slots: Int16Array;
}

/** A server that is no cluster, seen as one shard with every slot. */
export const singleServer = (address: string): Topology => ({
  cluster: false,
  healthy: true,
  epoch: 0,
  shards: [{ master: address, replicas: [] }],
  slots: new Int16Array(SLOT_COUNT),
});

type SlotRange = readonly [from: number, to: number, ...nodes: readonly (readonly [string | null, number])[]];

const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];

/** @internal Out of the replies to `CLUSTER SLOTS` and `CLUSTER INFO`; `host` stands in where a node does not know its own. */
export const readTopology = (ranges: readonly SlotRange[], info: string, host: string): Topology => {
  const shards: Shard[] = [];
  const known = new Map<string, number>();
  const slots = new Int16Array(SLOT_COUNT).fill(-1);
  for (const [from, to, ...nodes] of ranges) {
    const [master, ...replicas] = nodes.map(([name, port]) => `${name || host}:${port}`);
    if (master === undefined) continue;
    let index = known.get(master);
    if (index === undefined) {
      index = shards.push({ master, replicas }) - 1;
      known.set(master, index);
    }
    slots.fill(index, from, to + 1);
  }
  return {
    cluster: true,
    healthy: field(info, 'cluster_state') !== 'fail',
    epoch: Number(field(info, 'cluster_current_epoch') ?? 0),
    shards,
    slots,
  };
};

/** Replies that say that a node is not yet, or not now, able to tell; any other refusal means that it is no cluster. */
const PASSING = new Set(['LOADING', 'CLUSTERDOWN', 'MASTERDOWN', 'BUSY', 'NOAUTH', 'TRYAGAIN']);

/** Asks one node. */
export const askTopology = async (redis: Redis, address: string): Promise<Topology> => {
  try {
    const [ranges, info] = await Promise.all([redis.cluster('SLOTS'), redis.cluster('INFO')]);
    const host = address.slice(0, address.lastIndexOf(':'));
    return readTopology(ranges as unknown as SlotRange[], info, host);
  } catch (error) {
    const code = replyCode(error);
    if (code !== undefined && !PASSING.has(code)) return singleServer(address);
    throw error;
  }
};
