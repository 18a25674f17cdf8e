import type { RedisConnection } from './connection.js';

export interface StoreStats {
  readonly entries: number;
  readonly bytes: number;
  readonly maxBytes: number | undefined;
}

/**
 * What the masters say of themselves. An estimate: names and memory of other users of the same Redis count too, and a
 * master that is down counts nothing.
 */
export const storeStats = async (connection: RedisConnection): Promise<StoreStats> => {
  let entries = 0;
  let bytes = 0;
  let maxBytes = 0;
  if (connection.usable) {
    await connection.settled();
    await Promise.all(
      connection.set.masters.map(async (node) => {
        try {
          const { readTimeout } = connection.options;
          const [size, memory] = await node.run(
            (redis) => Promise.all([redis.dbsize(), redis.info('memory')]),
            readTimeout,
          );
          entries += size;
          bytes += Number(/^used_memory:(\d+)/m.exec(memory)?.[1] ?? 0);
          maxBytes += Number(/^maxmemory:(\d+)/m.exec(memory)?.[1] ?? 0);
        } catch {
          // Not now; the others are counted.
        }
      }),
    );
  }
  return { entries, bytes, maxBytes: maxBytes > 0 ? maxBytes : undefined };
};
