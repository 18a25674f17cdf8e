import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { diskTier } from '@forebay/cache-tiers';
import { runTierConformance } from '@forebay/cache-tiers/testing';

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
