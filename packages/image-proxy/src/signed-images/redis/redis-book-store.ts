import { crc32 } from 'node:zlib';
import type { RedisConnection } from '@forebay/cache-tiers/redis';
import type { BookEntry, BookStore, Claim, DueClaim } from '../book/book-store.js';
import { CLAIM, CLAIM_DUE, CLEAN_UP, OFFER, READ, REPLACE } from './scripts.js';

export interface RedisBookStoreOptions {
  /** Whoever made it closes it. */
  readonly connection: RedisConnection;
  /** Entries at most, over all nodes; the least recently used make room. An entry takes about a kilobyte and a half. @default 200000 */
  readonly maxEntries?: number;
  /** Keeps books apart: URLs of one bucket are no good for another. A part of all names. @default 'urls' */
  readonly name?: string;
}

/** Spreads the book over a cluster. A part of the names, so that all nodes agree on it. */
const PARTITIONS = 16;
/** Entries that one script touches at most, so that it never keeps others waiting for long. */
const CHUNK = 250;

/**
 * Keeps signed URLs in Redis, for all nodes that have the same: a cluster or a single server, as the connection says. All
 * that a script touches carries one hash tag: an entry, and the indexes of its partition.
 *
 * @throws {RangeError} when `maxEntries` is no positive whole number.
 * @throws {TypeError} when `name` holds anything but letters, digits, `-` and `_`.
 */
export function redisBookStore({ connection, maxEntries = 200_000, name = 'urls' }: RedisBookStoreOptions): BookStore {
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1)
    throw new RangeError(`maxEntries must be a whole number of at least 1, not ${maxEntries}`);
  if (!/^[\w-]+$/.test(name)) throw new TypeError(`name must be letters, digits, - and _, not ${JSON.stringify(name)}`);
  return new RedisBookStore(connection, name, Math.max(1, Math.ceil(maxEntries / PARTITIONS)));
}

class RedisBookStore implements BookStore {
  readonly #connection: RedisConnection;
  readonly #name: string;
  readonly #most: number;

  constructor(connection: RedisConnection, name: string, most: number) {
    this.#connection = connection;
    this.#name = name;
    this.#most = most;
  }

  async read(keys: readonly string[], now: number): Promise<readonly (BookEntry | undefined)[]> {
    return this.#eachPart(
      keys,
      (key) => key,
      async (partition, part) =>
        strings(await this.#run(READ, partition, [now, ...part])).map((value, index) =>
          decode(part[index] ?? '', value),
        ),
    );
  }

  async offer(entries: readonly BookEntry[], now: number): Promise<readonly BookEntry[]> {
    const kept = await this.#eachPart(entries, keyOf, async (partition, part) => {
      const args = [now, this.#most, ...part.flatMap((entry) => fields(entry, now))];
      return strings(await this.#run(OFFER, partition, args)).map((value, index) => decode(keyOf(part[index]), value));
    });
    return kept.map((entry, index) => entry ?? entries[index]).filter((entry) => entry !== undefined);
  }

  async replace(entries: readonly BookEntry[], now: number): Promise<void> {
    await this.#eachPart(entries, keyOf, async (partition, part) => {
      await this.#run(REPLACE, partition, [now, this.#most, ...part.flatMap((entry) => fields(entry, now))]);
      return part;
    });
  }

  async claim(key: string, { now, until }: Claim): Promise<boolean> {
    return (await this.#run(CLAIM, partitionOf(key), [now, until, key])) === 1;
  }

  async claimDue({ now, until, limit, usedSince }: DueClaim): Promise<readonly BookEntry[]> {
    const claimed: BookEntry[] = [];
    for (const partition of partitions(now)) {
      for (let looked = CHUNK; looked === CHUNK && claimed.length < limit;) {
        const most = Math.min(CHUNK, limit - claimed.length);
        const [count, ...pairs] = array(await this.#run(CLAIM_DUE, partition, [now, until, most, usedSince]));
        for (let index = 0; index < pairs.length; index += 2) {
          const entry = decode(String(pairs[index]), String(pairs[index + 1]));
          if (entry !== undefined) claimed.push(entry);
        }
        looked = Number(count);
      }
    }
    return claimed;
  }

  async cleanUp(now: number): Promise<number> {
    let removed = 0;
    for (const partition of partitions(now)) {
      for (let count = CHUNK; count === CHUNK; removed += count)
        count = Number(await this.#run(CLEAN_UP, partition, [now, CHUNK]));
    }
    return removed;
  }

  /** Asks all partitions that items belong to, in chunks, and puts the answers into the items' order. */
  async #eachPart<Item, Result>(
    items: readonly Item[],
    nameOf: (item: Item) => string,
    ask: (partition: number, part: readonly Item[]) => Promise<readonly Result[]>,
  ): Promise<readonly Result[]> {
    const places = new Map<number, number[][]>();
    for (const [index, item] of items.entries()) {
      const partition = partitionOf(nameOf(item));
      const chunks = places.get(partition) ?? [[]];
      places.set(partition, chunks);
      const last = chunks.at(-1);
      if (last !== undefined && last.length < CHUNK) last.push(index);
      else chunks.push([index]);
    }
    const results: Result[] = [];
    const asks = [...places].flatMap(([partition, chunks]) =>
      chunks.map(async (indexes) => {
        const answers = await ask(
          partition,
          indexes.flatMap((index) => items.slice(index, index + 1)),
        );
        for (const [position, index] of indexes.entries()) {
          const answer = answers[position];
          if (answer !== undefined) results[index] = answer;
        }
      }),
    );
    await Promise.all(asks);
    return Array.from({ length: items.length }, (_, index) => results[index] as Result);
  }

  #run(script: string, partition: number, args: readonly (string | number)[]): Promise<unknown> {
    const start = `${this.#connection.names.prefix}u{${this.#name}${partition}}`;
    const keys = [`${start}due`, `${start}used`, `${start}ends`, `${start}:`];
    return this.#connection.write(start, (redis) => redis.eval(script, keys.length, ...keys, ...args));
  }
}

const keyOf = (entry: BookEntry | undefined): string => entry?.key ?? '';
const partitionOf = (key: string): number => crc32(key) % PARTITIONS;

/** All of them, beginning elsewhere each time: a limit must not always leave out the same. */
function partitions(now: number): readonly number[] {
  return Array.from({ length: PARTITIONS }, (_, index) => (index + Math.floor(now / 1000)) % PARTITIONS);
}

/** What a script is told of an entry: key, value, refreshAt, expiresAt, life. */
function fields({ key, url, signedAt, refreshAt, expiresAt }: BookEntry, now: number): (string | number)[] {
  const value = JSON.stringify([url, signedAt, refreshAt, expiresAt]);
  return [key, value, refreshAt, expiresAt, Math.max(1, Math.ceil(expiresAt - now))];
}

function decode(key: string, value: string): BookEntry | undefined {
  if (value === '') return undefined;
  const [url, signedAt, refreshAt, expiresAt] = JSON.parse(value) as [string, number, number, number];
  return { key, url, signedAt, refreshAt, expiresAt };
}

const array = (answer: unknown): readonly unknown[] => (Array.isArray(answer) ? answer : []);
const strings = (answer: unknown): readonly string[] => array(answer).map(String);
