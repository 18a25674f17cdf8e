import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { KeyInfo, Tier } from '../tier.js';
import { entryHead, readAll, writeEntry } from './tier-helpers.js';

/** What a test runner offers: vitest's, `node:test`'s and others' functions all fit. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

/** An empty tier to test, made anew for each test. */
export interface ConformanceSubject {
  readonly tier: Tier;
  /** A second tier over the same store, where the content outlives the tier. */
  readonly reopen?: () => Promise<Tier>;
  /** Removes what the test leaves. */
  readonly cleanUp?: () => Promise<void>;
}

const ODD_KEYS = [
  '/t/p/w500/a.jpg',
  '/t/p/w500//a.jpg',
  '../../etc/passwd',
  'a b\tc\nd\0e',
  'naïve 图像 🎬',
  '%2e%2e%2f{tag}*?[a]"\'\\',
  'GET https://host/path?x=1&y=2#z',
  'k'.repeat(4096),
  '__proto__',
];

/** Runs the tests that every tier has to pass. */
export function runTierConformance(
  name: string,
  make: () => Promise<ConformanceSubject>,
  { describe, it }: TestFunctions,
): void {
  const check = (title: string, body: (tier: Tier, subject: ConformanceSubject) => Promise<void>): void => {
    it(title, async () => {
      const subject = await make();
      try {
        await body(subject.tier, subject);
      } finally {
        await subject.tier.close();
        await subject.cleanUp?.();
      }
    });
  };

  describe(`${name} as a tier`, () => {
    check('has nothing that was not written', async (tier) => {
      equal(await tier.open('absent'), undefined);
      equal(await tier.delete('absent'), false);
      equal(await tier.renew('absent', entryHead(Date.now())), false);
    });

    for (const size of [0, 1, 65_536, 65_537, 3_000_000]) {
      check(`gives back ${size} bytes with their head, as a Buffer`, async (tier) => {
        const bytes = randomBytes(size);
        const head = entryHead(Date.now(), { tags: ['a', 'b'], tierTtls: { memory: 5 } });
        if (!(await writeEntry(tier, 'key', chunksOf(bytes), head))) return;
        const entry = await tier.open('key');
        ok(entry !== undefined);
        equal(entry.key, 'key');
        deepEqual(entry.head, head);
        equal(entry.body.size, size);
        if (entry.body.bytes !== undefined) ok(Buffer.isBuffer(entry.body.bytes));
        ok((await readAll(entry.body)).equals(bytes));
        entry.close();
      });
    }

    check('reads ranges at positions of their own', async (tier) => {
      const bytes = randomBytes(1_000_000);
      if (!(await writeEntry(tier, 'key', [bytes]))) return;
      const entry = await tier.open('key');
      ok(entry !== undefined);
      const { body } = entry;
      const ranges = [
        [0, 0],
        [65_535, 65_536],
        [700_001, 999_999],
        [999_999, 2_000_000],
      ] as const;
      const parts = await Promise.all(ranges.map(([start, end]) => readAll(body, { start, end })));
      for (const [index, [start, end]] of ranges.entries()) ok(parts[index]?.equals(bytes.subarray(start, end + 1)));
      body.reader().cancel();
      entry.close();
    });

    check('shows an entry only once it is committed', async (tier) => {
      const writer = await tier.write('key', entryHead(Date.now()), undefined);
      ok(writer !== undefined);
      await writer.write(Buffer.from('half'));
      equal(await tier.open('key'), undefined);
      await writer.write(Buffer.from(' and half'));
      await writer.commit();
      writer.release?.();
      equal(await textOf(tier, 'key'), 'half and half');
    });

    check('leaves what was there when a write is aborted', async (tier) => {
      await writeEntry(tier, 'key', [Buffer.from('old')]);
      const writer = await tier.write('key', entryHead(Date.now()), 400_000);
      await writer?.write(randomBytes(300_000));
      await writer?.abort();
      writer?.release?.();
      equal(await textOf(tier, 'key'), 'old');
    });

    check('replaces an entry by a later one', async (tier) => {
      await writeEntry(tier, 'key', [Buffer.from('old and longer')]);
      await writeEntry(tier, 'key', [Buffer.from('new')]);
      equal(await textOf(tier, 'key'), 'new');
    });

    check('keeps one whole entry when many write one key at once', async (tier) => {
      const bodies = Array.from({ length: 8 }, (_, index) => Buffer.alloc(100_000, index));
      await Promise.all(
        bodies.map((body) => writeEntry(tier, 'key', [body.subarray(0, 40_000), body.subarray(40_000)])),
      );
      const entry = await tier.open('key');
      ok(entry !== undefined);
      const read = await readAll(entry.body);
      ok(bodies.some((body) => body.equals(read)));
      entry.close();
    });

    check('renews a head without touching the bytes', async (tier) => {
      const bytes = randomBytes(100_000);
      await writeEntry(tier, 'key', [bytes]);
      const head = entryHead(Date.now() + 5000, { metadata: { longer: 'x'.repeat(5000) }, tags: ['new'] });
      equal(await tier.renew('key', head), true);
      const entry = await tier.open('key');
      ok(entry !== undefined);
      deepEqual(entry.head, head);
      ok((await readAll(entry.body)).equals(bytes));
      entry.close();
    });

    check('renews only the entry that was validated, not one that has replaced it', async (tier) => {
      const old = entryHead(Date.now() - 1000, { metadata: 'old' });
      const current = entryHead(Date.now(), { metadata: 'new' });
      if (!(await writeEntry(tier, 'key', [Buffer.from('new')], current))) return;
      // One head that fits where the old one was, and one that does not.
      for (const metadata of ['renewed', 'x'.repeat(5000)]) {
        equal(await tier.renew('key', { ...old, metadata }, old), false);
        const kept = await tier.open('key');
        deepEqual(kept?.head, current);
        kept?.close();
      }
      const renewed = entryHead(Date.now(), { metadata: 'renewed' });
      equal(await tier.renew('key', renewed, { ...current, freshUntil: 0 }), true);
      const entry = await tier.open('key');
      deepEqual(entry?.head, renewed);
      entry?.close();
      equal(await textOf(tier, 'key'), 'new');
      equal(await tier.renew('key', entryHead(Date.now(), { metadata: 'again' }), current), false);
    });

    check('deletes one entry and clears all', async (tier) => {
      for (const key of ['a', 'b', 'c']) await writeEntry(tier, key, [Buffer.from(key)]);
      equal(await tier.delete('a'), true);
      equal(await tier.delete('a'), false);
      equal(await tier.open('a'), undefined);
      equal(await textOf(tier, 'b'), 'b');
      equal(await tier.clear(), 2);
      equal(await tier.open('b'), undefined);
      equal(await tier.clear(), 0);
    });

    check('tells keys of any characters apart', async (tier) => {
      for (const [index, key] of ODD_KEYS.entries()) await writeEntry(tier, key, [Buffer.from(String(index))]);
      for (const [index, key] of ODD_KEYS.entries()) equal(await textOf(tier, key), String(index));
      const listed = await allKeys(tier, {});
      deepEqual(listed.map(({ key }) => key).sort(), [...ODD_KEYS].sort());
    });

    check('lists keys page by page, filtered', async (tier) => {
      const keys = Array.from({ length: 40 }, (_, index) => `${index % 2 === 0 ? 'even' : 'odd'}/${index}`);
      for (const key of keys) await writeEntry(tier, key, [Buffer.from(key)]);
      deepEqual((await allKeys(tier, {})).map(({ key }) => key).sort(), [...keys].sort());
      const odd = await allKeys(tier, { prefix: 'odd/' });
      equal(odd.length, 20);
      const sevens = await allKeys(tier, { contains: '/7' });
      deepEqual(
        sevens.map(({ key, size }) => [key, size]),
        [['odd/7', 5]],
      );
    });

    check('counts what it did', async (tier) => {
      await writeEntry(tier, 'key', [randomBytes(5000)]);
      (await tier.open('key'))?.close();
      await tier.open('absent');
      const stats = await tier.stats();
      deepEqual([stats.hits, stats.misses, stats.writes, stats.entries], [1, 1, 1, 1]);
      ok(stats.bytes >= 5000);
    });

    check('holds to purge marks, for what was stored before them', async (tier, { reopen }) => {
      if (tier.purge === undefined) return;
      const now = Date.now();
      const write = (key: string, tags: readonly string[], at: number): Promise<boolean> =>
        writeEntry(tier, key, [Buffer.from(key)], entryHead(at, { tags }));
      await write('tagged', ['red'], now);
      await write('soft', ['blue'], now);
      await write('prefix/x', [], now);
      await write('other', ['green'], now);
      await tier.purge([
        { kind: 'tag', value: 'red', at: now, soft: false },
        { kind: 'tag', value: 'blue', at: now + 1, soft: true },
        { kind: 'prefix', value: 'prefix/', at: now, soft: false },
      ]);
      for (const one of reopen === undefined ? [tier] : [tier, await reopen()]) {
        equal(await one.open('tagged'), undefined);
        equal(await one.open('prefix/x'), undefined);
        equal(await textOf(one, 'other'), 'other');
        const soft = await one.open('soft');
        ok(soft !== undefined && soft.head.freshUntil <= now + 1);
        soft.close();
        if (one !== tier) await one.close();
      }
      await write('tagged', ['red'], now + 1);
      equal(await textOf(tier, 'tagged'), 'tagged');
    });

    check('finds again what another of its kind stored', async (tier, { reopen }) => {
      if (reopen === undefined) return;
      await writeEntry(tier, 'key', [Buffer.from('kept')]);
      const other = await reopen();
      equal(await textOf(other, 'key'), 'kept');
      await other.close();
    });
  });
}

function chunksOf(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  // Sizes that meet no boundary of anybody's blocks.
  for (let from = 0; from < bytes.byteLength; from += 17_777) chunks.push(bytes.subarray(from, from + 17_777));
  return chunks;
}

async function textOf(tier: Tier, key: string): Promise<string | undefined> {
  const entry = await tier.open(key);
  if (entry === undefined) return undefined;
  const text = (await readAll(entry.body)).toString();
  entry.close();
  return text;
}

async function allKeys(tier: Tier, filter: { prefix?: string; contains?: string }): Promise<KeyInfo[]> {
  const keys: KeyInfo[] = [];
  let cursor: string | undefined;
  do {
    const page = await tier.keys({ limit: 7, ...filter, ...(cursor === undefined ? {} : { cursor }) });
    keys.push(...page.keys);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return keys;
}
