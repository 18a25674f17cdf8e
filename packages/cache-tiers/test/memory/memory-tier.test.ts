import { describe, expect, it } from 'vitest';
import { memoryTier } from '@forebay/cache-tiers';
import { entryHead, runTierConformance } from '@forebay/cache-tiers/testing';

runTierConformance('memory', () => Promise.resolve({ tier: memoryTier() }), { describe, it });

describe('memoryTier', () => {
  it('stays within its bound in bytes, keys and metadata counted', () => {
    const tier = memoryTier({ maxBytes: 100_000, maxEntryBytes: 50_000 });
    for (let index = 0; index < 1000; index++) tier.place(`key ${index}`, entryHead(0), Buffer.alloc(100));
    const { bytes, entries, evictions } = tier.stats() as { bytes: number; entries: number; evictions: number };
    expect(bytes).toBeLessThanOrEqual(100_000);
    expect(entries).toBeLessThan(200);
    expect(evictions).toBe(1000 - entries);
  });

  it('keeps what was used last when entries are bounded', () => {
    const tier = memoryTier({ maxEntries: 2 });
    tier.place('a', entryHead(0), Buffer.from('a'));
    tier.place('b', entryHead(0), Buffer.from('b'));
    tier.touch('a');
    tier.place('c', entryHead(0), Buffer.from('c'));
    expect([tier.peek('a')?.key, tier.peek('b')?.key, tier.peek('c')?.key]).toEqual(['a', undefined, 'c']);
  });

  it('drops the old entry when its successor is too large to keep', () => {
    const tier = memoryTier({ maxBytes: 80_000 });
    tier.place('a', entryHead(0), Buffer.alloc(10));
    expect(tier.place('a', entryHead(0), Buffer.alloc(10_001))).toBeUndefined();
    expect(tier.peek('a')).toBeUndefined();
  });

  it('does not keep what a head wants out of it', () => {
    const tier = memoryTier();
    expect(tier.place('a', entryHead(0, { tierTtls: { memory: 0 } }), Buffer.alloc(1))).toBeUndefined();
  });

  it('names the option and the value that are wrong', () => {
    expect(() => memoryTier({ maxBytes: 0 })).toThrow(/maxBytes.*0/);
    expect(() => memoryTier({ maxEntries: 1.5 })).toThrow(/maxEntries.*1\.5/);
  });
});
