import type { KeyInfo, KeyPage } from '../tier.js';
import type { RedisConnection } from './connection.js';
import { decodeHeader, decodePrefix, FIXED_BYTES, type DecodedEntry } from './format.js';
import type { RedisNode } from './node.js';
import { decodePlace, encodePlace, scan, startOfScan } from './scan.js';

/** Read of each entry at first; enough for most heads. */
const GLANCE = 2048;

export interface ListingHooks {
  /** What is to be shown of an entry, or `undefined` to leave it out. */
  readonly visible: (entry: DecodedEntry) => KeyInfo | undefined;
  readonly failed: (error: unknown) => void;
}

/** A page of entries over all masters, by `SCAN`. */
export const listEntries = async (
  connection: RedisConnection,
  options: { readonly limit: number; readonly cursor?: string; readonly prefix?: string; readonly contains?: string },
  { visible, failed }: ListingHooks,
): Promise<KeyPage> => {
  const { limit, prefix = '', contains = '' } = options;
  await connection.settled();
  const { names, set } = connection;
  const { writeTimeout } = connection.options;
  const keys: KeyInfo[] = [];
  const place = options.cursor === undefined ? startOfScan : decodePlace(options.cursor);
  const steps = scan(set, names.entryPattern({ prefix, contains }), writeTimeout, place, (_, error) => failed(error));
  for await (const step of steps) {
    // Only as many as there is room for are looked at; the place within the step goes into the cursor.
    let { skip } = step.here;
    while (skip < step.names.length && keys.length < limit) {
      const batch = step.names.slice(skip, skip + limit - keys.length);
      const entries = await Promise.all(batch.map((name) => glance(step.node, name, writeTimeout).catch(failed)));
      for (const entry of entries) {
        const info = entry && visible(entry);
        if (info && info.key.startsWith(prefix) && info.key.includes(contains)) keys.push(info);
      }
      skip += batch.length;
    }
    if (keys.length >= limit) {
      const next = skip < step.names.length ? { ...step.here, skip } : step.next;
      return { keys, cursor: next && encodePlace(next) };
    }
  }
  return { keys, cursor: undefined };
};

const glance = async (node: RedisNode, name: string, ms: number): Promise<DecodedEntry | undefined> => {
  let value = await node.run((redis) => redis.getrangeBuffer(name, 0, GLANCE - 1), ms);
  const needed = FIXED_BYTES + (decodeHeader(value)?.jsonBytes ?? 0);
  if (needed > GLANCE) value = await node.run((redis) => redis.getrangeBuffer(name, 0, needed - 1), ms);
  return decodePrefix(value);
};

/** Removes all entries and pieces from all masters that answer; how many entries went. */
export const clearEntries = async (connection: RedisConnection, failed: (error: unknown) => void): Promise<number> => {
  await connection.settled();
  const { names, set } = connection;
  const { writeTimeout } = connection.options;
  let removed = 0;
  for (const pattern of [names.entryPattern(), names.piecePattern()]) {
    for await (const { node, names: found } of scan(set, pattern, writeTimeout, startOfScan, (_, error) =>
      failed(error),
    )) {
      const counts = await Promise.all(
        found.map((name) => node.run((redis) => redis.unlink(name), writeTimeout).catch(failed)),
      );
      if (pattern === names.entryPattern()) for (const count of counts) removed += count ?? 0;
    }
  }
  return removed;
};
