import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import type { TestProject } from 'vitest/node';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const server = 'apps/server';

/** What tests run in processes of their own. */
const entry = {
  main: 'src/main.ts',
  'scripted-server': 'test/process/fixtures/server.ts',
  mirror: 'test/support/hls/fixtures/mirror.ts',
};

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with the programs that tests start. */
    programs: string;
  }
}

/**
 * Builds, once for all tests, what they start in processes of their own: from the sources as they are, into a folder for
 * the time being. A server starts in a quarter of the time that it takes when each process translates its own sources.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // What the server looks for beside its code is there, as in the repository.
  const tree = await mkdtemp(join(tmpdir(), 'forebay-programs-'));
  await mkdir(join(tree, server), { recursive: true });
  const beside = ['assets', 'node_modules', 'package.json'].map((name) => `${server}/${name}`);
  await Promise.all(
    [...beside, 'apps/pages', 'apps/dashboard'].map((path) => symlink(join(repository, path), join(tree, path))),
  );
  const outDir = join(tree, server, 'programs');
  const rebuild = (): Promise<void> =>
    build({
      config: false,
      silent: true,
      entry,
      outDir,
      format: 'esm',
      target: 'node20',
      sourcemap: true,
      // Whatever the server's own folder does not have.
      noExternal: [/^@forebay\//, 'lru-cache'],
      esbuildOptions: (options) => {
        options.conditions = ['@forebay/source'];
      },
    });
  await rebuild();
  project.provide('programs', outDir);
  project.onTestsRerun(rebuild);
  return () => rm(tree, { recursive: true, force: true });
}
