import { crc32 } from 'node:zlib';

/**
 * How things are called in Redis. Everything of one entry carries the same hash tag and so lives in one slot of a
 * cluster; the entry's own key stands behind the tag, so that `SCAN` can match it.
 *
 * - `{prefix}e{tag}key` the entry: header, and the body or its first piece
 * - `{prefix}p{tag}nonce:n` a further piece
 * - `{prefix}l{tag}key` the lock of whoever loads it
 * - `{prefix}bus`, `{prefix}bus:id` channels
 */
export interface Names {
  readonly prefix: string;
  entry(key: string): string;
  /** By the name of the entry that it belongs to. */
  piece(entry: string, nonce: string, index: number): string;
  lock(key: string): string;
  /** Patterns for `SCAN`: entries (whose key begins with or contains a text), and pieces. */
  entryPattern(filter?: { readonly prefix?: string | undefined; readonly contains?: string | undefined }): string;
  piecePattern(): string;
}

const tagOf = (key: string): string => crc32(key).toString(36);

/** Takes the meaning from the characters that a Redis glob gives one. */
const literal = (text: string): string => text.replaceAll(/[*?[\]\\^]/g, String.raw`\$&`);

export const createNames = (prefix: string): Names => {
  const entryStart = `${prefix}e{`;
  return {
    prefix,
    entry: (key) => `${entryStart}${tagOf(key)}}${key}`,
    piece: (entry, nonce, index) =>
      `${prefix}p${entry.slice(entryStart.length - 1, entry.indexOf('}', entryStart.length) + 1)}${nonce}:${index}`,
    lock: (key) => `${prefix}l{${tagOf(key)}}${key}`,
    // A text may overlap the beginning that is asked for too, so only one of them is left to Redis.
    entryPattern: ({ prefix: begins = '', contains = '' } = {}) =>
      `${literal(entryStart)}*}${begins !== '' || contains === '' ? `${literal(begins)}*` : `*${literal(contains)}*`}`,
    piecePattern: () => `${literal(prefix)}p{*`,
  };
};
