import { defineConfig, type Options } from 'tsup';

/** What every package builds alike: ESM for Node 20, one chunk graph, no code that runs at import. */
export const library = (
  entry: readonly string[] = ['src/index.ts'],
  more: Options = {},
): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry: [...entry],
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    clean: true,
    ...more,
  });
