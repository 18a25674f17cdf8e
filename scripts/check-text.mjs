// What must not be in the repository: registry addresses in the lockfile, and paths of one machine.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const tracked = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' })
  .split('\0')
  .filter((file) => file && existsSync(file));
const registryHost = new RegExp(['registry', 'npmjs', 'org'].join('\\.'));
const homeFolder = new RegExp(`(?<![\\w.])/(?:${['root', 'home', 'Users'].join('|')})/[a-z]`);
const problems = [];

for (const file of tracked) {
  if (/\.(?:png|jpg|webp|ico|m4s|mp4|mpegts)$/.test(file)) continue;
  const text = readFileSync(file, 'utf8');
  if (registryHost.test(text)) problems.push(`${file}: names a registry host`);
  if (file === 'pnpm-lock.yaml' && /https?:\/\/|tarball:/.test(text)) problems.push(`${file}: holds URLs`);
  if (homeFolder.test(text)) problems.push(`${file}: holds a path of one machine (${homeFolder.exec(text)[0]}…)`);
}

if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exit(1);
}
