import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createViewerTokens } from '@forebay/guard';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../snippets', import.meta.url));
const secret = 'a-secret-of-this-test';

/** Those of the page's languages that this machine has; Node is always one. */
const programs = [
  { language: 'Node', program: process.execPath, file: 'viewer-link.mjs', probe: ['--version'] },
  { language: 'Python', program: 'python3', file: 'viewer_link.py', probe: ['--version'] },
  { language: 'PHP', program: 'php', file: 'viewer-link.php', probe: ['--version'] },
  { language: 'a shell', program: 'sh', file: 'viewer-link.sh', probe: ['-c', 'basenc --version && openssl version'] },
].filter(({ program, probe }) => spawnSync(program, probe).status === 0);

describe('the links that the recipe makes', () => {
  it.each(programs)('are taken when made in $language', ({ program, file }) => {
    const args = [file, 'https://media.example', 'ada', '/vod/caf%C3%A9.m3u8'];
    const text = execFileSync(program, args, {
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

  it('are made in Node at least', () => {
    expect(programs.map(({ language }) => language)).toContain('Node');
  });
});
