import type { Redis } from 'ioredis';
import type { NodeSet } from './node-set.js';
import type { RedisNode } from './node.js';

/** Keys that one `SCAN` call looks at. */
const COUNT = 500;

/** A place in the keys of all masters; what a listing's cursor says. */
export interface ScanPlace {
  /** Masters up to this address are done. */
  readonly node: string;
  readonly cursor: string;
  /** Names of this step that were given out already. */
  readonly skip: number;
}

export const startOfScan: ScanPlace = { node: '', cursor: '0', skip: 0 };

export const encodePlace = ({ node, cursor, skip }: ScanPlace): string => `${node}/${cursor}/${skip}`;

export const decodePlace = (text: string): ScanPlace => {
  const match = /^(.*)\/(\d+)\/(\d+)$/.exec(text);
  if (!match) throw new TypeError(`cursor must be one that keys() gave, not ${JSON.stringify(text)}`);
  return { node: match[1] ?? '', cursor: match[2] ?? '0', skip: Number(match[3]) };
};

export interface ScanStep {
  readonly node: RedisNode;
  readonly names: readonly string[];
  /** Where the step itself stands, and where to go on; `undefined` at the end. */
  readonly here: ScanPlace;
  readonly next: ScanPlace | undefined;
}

/**
 * Walks over the names of all masters, one bounded `SCAN` at a time (never `KEYS`, which stops the server), from a
 * place on. Masters that are down are passed over; `missed` is called for each.
 */
export async function* scan(
  set: NodeSet,
  pattern: string,
  ms: number,
  place: ScanPlace = startOfScan,
  missed: (node: RedisNode, error: unknown) => void = () => {},
): AsyncGenerator<ScanStep, void, undefined> {
  const masters = set.masters.filter(({ address }) => address >= place.node);
  for (const [index, node] of masters.entries()) {
    const resumed = node.address === place.node;
    let cursor = resumed ? place.cursor : '0';
    const following = masters[index + 1]?.address;
    for (;;) {
      const here: ScanPlace = { node: node.address, cursor, skip: resumed && cursor === place.cursor ? place.skip : 0 };
      let names: string[];
      try {
        [cursor, names] = await node.run((redis: Redis) => redis.scan(cursor, 'MATCH', pattern, 'COUNT', COUNT), ms);
      } catch (error) {
        missed(node, error);
        break;
      }
      const done = cursor === '0';
      const next = done
        ? following === undefined
          ? undefined
          : { node: following, cursor: '0', skip: 0 }
        : { node: node.address, cursor, skip: 0 };
      yield { node, names, here, next };
      if (done) break;
    }
  }
}
