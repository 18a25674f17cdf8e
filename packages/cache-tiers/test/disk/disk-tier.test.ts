import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskTier, memoryTier } from '@forebay/cache-tiers';
import { entryHead, runTierConformance, writeEntry } from '@forebay/cache-tiers/testing';

runTierConformance(
  'disk',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cache-tiers-'));
    return {
      tier: diskTier({ directory }),
      reopen: () => Promise.resolve(diskTier({ directory })),
      cleanUp: () => rm(directory, { recursive: true }),
    };
  },
  { describe, it },
);

describe('renewing', () => {
  it('leaves an entry alone that another one has replaced meanwhile', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cache-tiers-'));
    for (const tier of [memoryTier(), diskTier({ directory })]) {
      const [old, current] = [entryHead(1000, { metadata: 'old' }), entryHead(Date.now(), { metadata: 'new' })];
      await writeEntry(tier, 'key', [Buffer.from('new')], current);
      for (const metadata of ['renewed', 'x'.repeat(5000)])
        expect(await tier.renew('key', { ...old, metadata }, old)).toBe(false);
      expect((await tier.open('key'))?.head.metadata).toBe('new');
      expect(await tier.renew('key', { ...current, metadata: 'renewed' }, current)).toBe(true);
      await tier.close();
    }
    await rm(directory, { recursive: true });
  });
});
