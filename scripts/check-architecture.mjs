// Holds the import rule of ARCHITECTURE.md: which package may know which, and who may read the environment.
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

/** The only arrows allowed between the project's own packages. */
const allowed = {
  balancer: [],
  health: [],
  'cache-tiers': [],
  guard: [],
  'reverse-proxy': ['balancer', 'cache-tiers', 'guard'],
  'image-proxy': ['reverse-proxy', 'balancer', 'cache-tiers', 'guard'],
  'hls-proxy': ['reverse-proxy', 'balancer', 'cache-tiers', 'guard'],
  'smart-image': [],
  server: ['balancer', 'cache-tiers', 'guard', 'health', 'reverse-proxy', 'image-proxy', 'hls-proxy'],
};
/** What a package may depend on besides; a new dependency is a decision, so it is written here too. */
const outside = {
  balancer: [/^undici$/],
  health: [],
  'cache-tiers': [/^lru-cache$/, /^ioredis$/],
  guard: [/^undici$/],
  'reverse-proxy': [/^undici$/],
  'image-proxy': [/^undici$/, /^bullmq$/, /^ioredis$/],
  'hls-proxy': [/^undici$/, /^ioredis$/],
  'smart-image': [/^vue$/, /^thumbhash$/],
  server: [/./],
};

const problems = [];
const sources = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|vue)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

for (const [name, may] of Object.entries(allowed)) {
  const folder = name === 'server' ? 'apps/server' : `packages/${name}`;
  if (!existsSync(`${folder}/package.json`)) continue;
  const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const runtime = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  for (const dependency of runtime) {
    const own = /^@forebay\/(.+)$/.exec(dependency)?.[1];
    const fine = own ? may.includes(own) : outside[name].some((pattern) => pattern.test(dependency));
    if (!fine) problems.push(`${folder}/package.json: ${name} must not depend on ${dependency}`);
  }
  for (const file of sources(`${folder}/src`)) {
    const text = readFileSync(file, 'utf8');
    for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
      const own = /^@forebay\/([^/]+)/.exec(specifier)?.[1];
      if (own && own !== name && !may.includes(own)) problems.push(`${file}: ${name} must not import ${specifier}`);
      if (specifier.startsWith('..') && !join(file, '..', specifier).startsWith(`${folder}/src`))
        problems.push(`${file}: ${specifier} leaves the package`);
      if (own === undefined && name !== 'server' && /^(hono|pino|@hono)(\/|$)/.test(specifier))
        problems.push(`${file}: a package knows no framework and no logger (${specifier})`);
    }
    const readsEnvironment = /\bprocess\.env\b/.test(text);
    const mayRead = name === 'server' && /\/src\/(config\/|process\/|main\.ts)/.test(file);
    if (readsEnvironment && !mayRead) problems.push(`${file}: only the server's config reads the environment`);
  }
}

if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exit(1);
}
