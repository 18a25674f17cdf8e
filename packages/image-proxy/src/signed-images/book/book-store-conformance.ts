import { deepEqual, equal, ok } from 'node:assert/strict';
import type { BookEntry, BookStore } from './book-store.js';

/** What a test runner offers: vitest's, `node:test`'s and others' functions all fit. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const ODD_KEYS = ['stats', 'a b', '图片/🎬.png', '/a//b/', '{tag}', '__proto__', 'a"b\\c', "it's", '%2e'];

function entry(key: string, at: number = START, version = 1): BookEntry {
  return {
    key,
    url: `https://store.example/${encodeURIComponent(key)}?v=${version}`,
    signedAt: at,
    refreshAt: at + 45 * MINUTE,
    expiresAt: at + 60 * MINUTE,
  };
}

/** Runs the tests that every store of signed URLs has to pass; `make` makes an empty one. */
export function runBookStoreConformance(
  name: string,
  make: (options?: { readonly maxEntries?: number }) => Promise<BookStore>,
  { describe, it }: TestFunctions,
): void {
  const claim = (now: number): { readonly now: number; readonly until: number } => ({ now, until: now + 1000 });
  const due = async (store: BookStore, now: number, usedSince = 0, limit = 100): Promise<string[]> =>
    (await store.claimDue({ ...claim(now), limit, usedSince })).map(({ key }) => key).toSorted();

  describe(name, () => {
    it('gives back what it keeps, in the order asked for', async () => {
      const store = await make();
      const entries = ODD_KEYS.map((key) => entry(key));
      deepEqual(await store.offer(entries, START), entries);
      const keys = ['absent', ...ODD_KEYS.toReversed(), 'absent, too'];
      deepEqual(await store.read(keys, START), [undefined, ...entries.toReversed(), undefined]);
    });

    it('keeps the first offer while it works, and the next one after', async () => {
      const store = await make();
      const first = entry('a');
      await store.offer([first], START);
      deepEqual(await store.offer([entry('a', START + MINUTE, 2)], START + MINUTE), [first]);
      const next = entry('a', START + 60 * MINUTE, 3);
      deepEqual(await store.offer([next], START + 60 * MINUTE), [next]);
    });

    it('replaces whatever is there', async () => {
      const store = await make();
      await store.offer([entry('a')], START);
      const next = entry('a', START + MINUTE, 2);
      await store.replace([next, entry('b')], START + MINUTE);
      deepEqual(await store.read(['a', 'b'], START + MINUTE), [next, entry('b')]);
    });

    it('keeps thousands at once', async () => {
      const store = await make();
      const entries = Array.from({ length: 5000 }, (_, index) => entry(`posters/${index}.png`));
      await store.offer(entries, START);
      deepEqual(
        await store.read(
          entries.map(({ key }) => key),
          START,
        ),
        entries,
      );
    });

    it('gives out a key that is due once until the claim ends', async () => {
      const store = await make();
      await store.offer([entry('a'), entry('b', START + 10 * MINUTE)], START);
      deepEqual(await due(store, START + 44 * MINUTE), []);
      const now = START + 46 * MINUTE;
      deepEqual(await due(store, now), ['a']);
      deepEqual(await due(store, now), []);
      equal(await store.claim('a', claim(now)), false);
      deepEqual(await due(store, now + 1000), ['a']);
      await store.replace([entry('a', now, 2)], now);
      deepEqual(await due(store, now + 10 * MINUTE), ['b']);
    });

    it('gives one claim of a key to one of those who ask at once', async () => {
      const store = await make();
      await store.offer([entry('a')], START);
      const now = START + 50 * MINUTE;
      const claims = await Promise.all(Array.from({ length: 8 }, () => store.claim('a', claim(now))));
      equal(claims.filter(Boolean).length, 1);
      equal(await store.claim('a', claim(now + 1000)), true);
      equal(await store.claim('absent', claim(now)), false);
    });

    it('refuses a claim before its time', async () => {
      const store = await make();
      await store.offer([entry('a')], START);
      equal(await store.claim('a', claim(START + 10 * MINUTE)), false);
    });

    it('keeps idle keys out of what is due, until somebody claims one', async () => {
      const store = await make();
      await store.offer([entry('busy'), entry('idle')], START);
      const now = START + 50 * MINUTE;
      await store.read(['busy'], now - MINUTE);
      deepEqual(await due(store, now, now - 10 * MINUTE), ['busy']);
      deepEqual(await due(store, now + 5 * MINUTE, 0), ['busy']);
      equal(await store.claim('idle', claim(now)), true);
      deepEqual(await due(store, now + 1000, 0), ['idle']);
    });

    it('does not take a replacement for use', async () => {
      const store = await make();
      await store.offer([entry('a')], START);
      await store.replace([entry('a', START + 45 * MINUTE, 2)], START + 45 * MINUTE);
      deepEqual(await due(store, START + 95 * MINUTE, START + 30 * MINUTE), []);
    });

    it('gives out no more than it is asked for, and the rest after', async () => {
      const store = await make();
      const entries = Array.from({ length: 1000 }, (_, index) => entry(`${index}`));
      await store.offer(entries, START);
      const now = START + 50 * MINUTE;
      const first = await due(store, now, 0, 600);
      const rest = await due(store, now, 0, 600);
      equal(first.length, 600);
      equal(rest.length, 400);
      equal(new Set([...first, ...rest]).size, 1000);
    });

    it('removes what has expired, and only that', async () => {
      const store = await make();
      await store.offer([entry('old'), entry('young', START + 30 * MINUTE)], START);
      equal(await store.cleanUp(START + 60 * MINUTE), 1);
      const [old, young] = await store.read(['old', 'young'], START + 60 * MINUTE);
      equal(old, undefined);
      ok(young);
      deepEqual(await due(store, START + 80 * MINUTE), ['young']);
    });

    it('is bounded: who was not used for longest makes room', async () => {
      const store = await make({ maxEntries: 320 });
      for (let index = 0; index < 2000; index += 1)
        await store.offer([entry(`${index}`, START + index)], START + index);
      const keys = Array.from({ length: 2000 }, (_, index) => `${index}`);
      const kept = (await store.read(keys, START + 2000)).filter((found) => found !== undefined);
      ok(kept.length <= 320, `${kept.length} entries are kept`);
      ok(kept.length >= 160, `${kept.length} entries are kept`);
      ok(kept.every(({ key }) => Number(key) > 1000));
    });
  });
}
