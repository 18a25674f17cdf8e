import { availableParallelism } from 'node:os';
import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.ts';

/** Browsers that play and servers that start take their time on a busy machine; what waits in vain says so sooner. */
export default mergeConfig(base, {
  test: {
    globalSetup: 'test/support/programs.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The work is done by the servers and browsers that files start, and most of the time by none of them.
    maxWorkers: Math.min(availableParallelism() * 2, 4),
  },
});
