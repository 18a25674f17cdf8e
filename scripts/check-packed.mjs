// Packs every published package and installs each one alone into an empty project, then loads every entry point with
// `import` and with `require`: first without the optional peers what needs none, then the rest with them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const folders = [...readdirSync('packages').map((name) => `packages/${name}`), 'apps/server'].filter((folder) =>
  existsSync(`${folder}/package.json`),
);
const work = mkdtempSync(join(tmpdir(), 'forebay-packed-'));
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const manifestOf = (folder) => JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));

try {
  const tarballs = new Map();
  for (const folder of folders) {
    const { name } = manifestOf(folder);
    const out = join(work, 'tarballs', name.replace('/', '-'));
    mkdirSync(out, { recursive: true });
    run('pnpm', ['pack', '--pack-destination', out], resolve(folder));
    tarballs.set(name, `file:${join(out, readdirSync(out)[0])}`);
  }
  for (const folder of folders) {
    const manifest = manifestOf(folder);
    const project = join(work, manifest.name.replace('/', '-'));
    mkdirSync(project);
    const entries = Object.keys(manifest.exports)
      .filter((entry) => !/\.(?:json|css)$/.test(entry) && !entry.includes('*'))
      .map((entry) => manifest.name + entry.slice(1));
    const write = (dependencies) =>
      writeFileSync(
        join(project, 'package.json'),
        JSON.stringify({
          name: 'alone',
          private: true,
          dependencies,
          overrides: Object.fromEntries([...tarballs].filter(([name]) => name !== manifest.name)),
        }),
      );
    const load = (specifiers) => {
      if (specifiers.length === 0) return;
      writeFileSync(
        join(project, 'a.mjs'),
        specifiers
          .map(
            (entry, index) =>
              `import * as e${index} from '${entry}'; if (Object.keys(e${index}).length === 0) throw new Error('${entry} exports nothing');`,
          )
          .join('\n'),
      );
      writeFileSync(
        join(project, 'b.cjs'),
        specifiers
          .map(
            (entry) =>
              `if (Object.keys(require('${entry}')).length === 0) throw new Error('${entry} exports nothing');`,
          )
          .join('\n'),
      );
      run('node', ['a.mjs'], project);
      run('node', ['b.cjs'], project);
    };
    const install = () =>
      run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--omit=peer'], project);
    const peers = manifest.peerDependencies ?? {};
    const optional = (name) => manifest.peerDependenciesMeta?.[name]?.optional === true;
    const required = Object.fromEntries(Object.entries(peers).filter(([name]) => !optional(name)));
    // An entry point that wants an optional peer is named after it.
    const alone = entries.filter((entry) => !/\/(?:undici|redis|bullmq)(?:\/|$)/.test(entry));
    write({ [manifest.name]: tarballs.get(manifest.name), ...required });
    install();
    load(alone);
    if (alone.length < entries.length) {
      write({ [manifest.name]: tarballs.get(manifest.name), ...peers });
      install();
      load(entries);
    }
    process.stdout.write(`${manifest.name}: ${entries.length} entry points load alone, by import and by require\n`);
  }
} catch (error) {
  process.stderr.write(`${error.stdout ?? ''}${error.stderr ?? ''}${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
