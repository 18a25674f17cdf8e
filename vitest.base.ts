import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests see the packages' sources through the `@forebay/source` condition, so nothing need be built first. */
export default defineConfig({
  ssr: {
    resolve: {
      conditions: ['@forebay/source', 'node', 'import', 'default'],
      externalConditions: ['@forebay/source', 'node'],
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Many files wait more than they work; each has servers and ports of its own. More at once would be too many browsers.
    maxWorkers: Math.min(availableParallelism() + 1, 4),
    coverage: { provider: 'v8', include: ['src/**'] },
  },
});
