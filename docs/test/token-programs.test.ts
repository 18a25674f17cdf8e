import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createViewerTokens } from '@forebay/guard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from './pages.js';

const secret = 'a-secret-of-this-test';

/** Those of the page's languages that this machine has; Node is always one. */
const programs = [
  { program: process.execPath, file: 'viewer-link.mjs', probe: ['--version'] },
  { program: 'python3', file: 'viewer_link.py', probe: ['--version'] },
  { program: 'php', file: 'viewer-link.php', probe: ['--version'] },
  { program: 'sh', file: 'viewer-link.sh', probe: ['-c', 'basenc --version && openssl version'] },
].filter(({ program, probe }) => spawnSync(program, probe).status === 0);

/** A code block of the page by the name of its file. */
function block(page: string, file: string): string {
  const found = new RegExp(`^\`\`\`\\w+ \\[[^\\]]*: ${file}\\]\\n([^]*?)^\`\`\`$`, 'm').exec(textOf(page))?.[1];
  if (found === undefined) throw new Error(`${page} has no ${file}`);
  return found;
}

describe.each(['docs/recipes/hls-tokens.md', 'docs/zh/recipes/hls-tokens.md'])('the programs of %s', (page) => {
  let folder = '';
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'forebay-docs-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(programs)('make links that are taken: $file', ({ program, file }) => {
    writeFileSync(join(folder, file), block(page, file));
    const text = execFileSync(program, [file, 'https://media.example', 'ada', '/vod/caf%C3%A9.m3u8'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, HLS_SECRET_KEY: secret },
    });
    const link = new URL(text.trim());
    const pass = {
      uid: link.searchParams.get('uid') ?? '',
      path: link.pathname.replace(/^\/hls/, ''),
      expires: link.searchParams.get('expires') ?? '',
      token: link.searchParams.get('token') ?? '',
    };
    expect(pass).toMatchObject({ uid: 'ada', path: '/vod/caf%C3%A9.m3u8' });
    expect(Number(pass.expires) * 1000 - Date.now()).toBeGreaterThan(3_500_000);
    const tokens = createViewerTokens({ secrets: [secret] });
    expect(tokens.check(pass)).toBe('valid');
    expect(tokens.check({ ...pass, path: '/vod/other.m3u8' })).toBe('forged');
    expect(createViewerTokens({ secrets: ['another'] }).check(pass)).toBe('forged');
  });

  it('are there for Node at least', () => {
    expect(programs.map(({ file }) => file)).toContain('viewer-link.mjs');
  });
});
