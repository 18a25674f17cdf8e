import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryBookStore, type BookEntry } from '@forebay/image-proxy/signed-images';

const LEASE = 5;
const IDLE_AFTER = 20;

interface Known {
  entry: BookEntry;
  usedAt: number;
  dueAt: number | undefined;
}

/** What a store does, in the plainest way. */
class Model {
  readonly known = new Map<string, Known>();

  offer(entry: BookEntry, now: number): BookEntry {
    const kept = this.known.get(entry.key);
    if (kept !== undefined && kept.entry.expiresAt > now) {
      kept.usedAt = now;
      return kept.entry;
    }
    this.known.set(entry.key, { entry, usedAt: now, dueAt: entry.refreshAt });
    return entry;
  }

  replace(entry: BookEntry, now: number): void {
    const usedAt = this.known.get(entry.key)?.usedAt ?? now;
    this.known.set(entry.key, { entry, usedAt, dueAt: entry.refreshAt });
  }

  claim(key: string, now: number): boolean {
    const kept = this.known.get(key);
    if (kept === undefined || (kept.dueAt ?? 0) > now) return false;
    kept.dueAt = now + LEASE;
    return true;
  }

  claimDue(now: number): string[] {
    const due = [...this.known.values()].filter(({ dueAt }) => dueAt !== undefined && dueAt <= now);
    for (const each of due) each.dueAt = each.usedAt < now - IDLE_AFTER ? undefined : now + LEASE;
    return due.flatMap(({ entry, dueAt }) => (dueAt === undefined ? [] : [entry.url])).toSorted();
  }

  cleanUp(now: number): number {
    const ended = [...this.known].filter(([, { entry }]) => entry.expiresAt <= now);
    for (const [key] of ended) this.known.delete(key);
    return ended.length;
  }
}

const step = fc.record({
  what: fc.constantFrom('offer', 'replace', 'read', 'claim', 'claimDue', 'cleanUp'),
  key: fc.integer({ min: 0, max: 11 }).map(String),
  wait: fc.integer({ min: 0, max: 12 }),
  ahead: fc.integer({ min: 1, max: 40 }),
  left: fc.integer({ min: 1, max: 20 }),
});

describe('memoryBookStore', () => {
  it('does what a plain model of it does, whatever is asked of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const [store, model] = [memoryBookStore(), new Model()];
        let now = 1000;
        for (const [index, { what, key, wait, ahead, left }] of steps.entries()) {
          now += wait;
          const refreshAt = now + ahead;
          const entry = {
            key,
            url: `https://a/${key}?${index}`,
            signedAt: now,
            refreshAt,
            expiresAt: refreshAt + left,
          };
          const claim = { now, until: now + LEASE };
          if (what === 'offer') expect(await store.offer([entry], now)).toEqual([model.offer(entry, now)]);
          if (what === 'claim') expect(await store.claim(key, claim)).toBe(model.claim(key, now));
          if (what === 'cleanUp') expect(await store.cleanUp(now)).toBe(model.cleanUp(now));
          if (what === 'replace') {
            await store.replace([entry], now);
            model.replace(entry, now);
          }
          if (what === 'read') {
            const known = model.known.get(key);
            if (known !== undefined) known.usedAt = now;
            expect(await store.read([key], now)).toEqual([known?.entry]);
          }
          if (what === 'claimDue') {
            const claimed = await store.claimDue({ ...claim, limit: 100, usedSince: now - IDLE_AFTER });
            expect(claimed.map(({ url }) => url).toSorted()).toEqual(model.claimDue(now));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
