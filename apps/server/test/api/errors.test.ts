import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const folders = ['apps/server/src', 'packages/reverse-proxy/src', 'packages/image-proxy/src', 'packages/hls-proxy/src'];

const sources = folders.flatMap((folder) =>
  readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(`${root}${folder}/${file}`, 'utf8')),
);
const documented = new Map(
  [...readFileSync(`${root}docs/errors.md`, 'utf8').matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(
    ([, code = '', status]) => [code, status],
  ),
);

describe('the list of errors', () => {
  it('has every problem that the code makes, under its status', () => {
    const made = sources.flatMap((text) => [...text.matchAll(/\bProblem\(\s*(\d{3}),\s*'([a-z-]+)'/g)]);
    expect(made.length).toBeGreaterThan(50);
    for (const [, status, code = ''] of made) expect(documented.get(code), code).toBe(status);
  });

  it('has no problem that the code does not make', () => {
    expect(documented.size).toBeGreaterThan(40);
    for (const code of documented.keys())
      expect(
        sources.some((text) => text.includes(`'${code}'`)),
        `${code} is nowhere made`,
      ).toBe(true);
  });
});
