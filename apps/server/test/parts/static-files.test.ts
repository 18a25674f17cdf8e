import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { staticPages, type StaticPages } from '../../src/parts/static-files.js';

const script = 'let answer = 42;\n'.repeat(200);
let folder: string;
let pages: StaticPages;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forebay-static-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>one</title>');
  await writeFile(join(folder, 'other.html'), '<!doctype html><title>other</title>');
  await writeFile(join(folder, 'assets/main-1a2b.js'), script);
  await writeFile(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  pages = staticPages({
    root: pathToFileURL(`${folder}/`),
    prefix: '/files/',
    pages: { '/one': 'index.html', '/files/': 'index.html' },
    sources: { media: 'blob:' },
  });
});
afterAll(() => rm(folder, { recursive: true }));

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  pages.fetch(new Request(`http://localhost${path}`, { method, headers }));

it('serves a page at its path, to be asked for again each time, under a policy that allows nothing else', async () => {
  const answer = await ask('/one?with=query');
  expect(await answer.text()).toBe('<!doctype html><title>one</title>');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'; script-src 'self';.* media-src 'self' blob:;/,
    ),
  });
  expect((await ask('/files/')).status).toBe(200);
});

it('lets files whose names hold a hash be kept for ever, and answers 304 to their tag', async () => {
  const answer = await ask('/files/assets/main-1a2b.js');
  expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect((await ask('/files/icon.svg')).headers.get('cache-control')).toBe('no-cache');
  const etag = answer.headers.get('etag')!;
  expect(etag).toMatch(/^"/);
  expect((await ask('/files/assets/main-1a2b.js', { 'if-none-match': etag })).status).toBe(304);
});

it('compresses for those who take it, under a tag for each coding', async () => {
  const path = '/files/assets/main-1a2b.js';
  const as = async (accepted: string) => {
    const answer = await ask(path, { 'accept-encoding': accepted });
    return { coding: answer.headers.get('content-encoding'), etag: answer.headers.get('etag'), answer };
  };
  const [br, gzip, plain] = [await as('gzip, br'), await as('br;q=0, gzip'), await as('')];
  expect([br.coding, gzip.coding, plain.coding]).toEqual(['br', 'gzip', null]);
  expect(new Set([br.etag, gzip.etag, plain.etag]).size).toBe(3);
  expect(brotliDecompressSync(await br.answer.arrayBuffer()).toString()).toBe(script);
  expect(gunzipSync(await gzip.answer.arrayBuffer()).toString()).toBe(script);
  expect(await plain.answer.text()).toBe(script);
});

it('answers HEAD with the headers alone', async () => {
  const answer = await ask('/files/assets/main-1a2b.js', {}, 'HEAD');
  expect(answer.headers.get('content-length')).toBe(String(script.length));
  expect(await answer.text()).toBe('');
});

it.each([
  '/files/index.html',
  '/files/other.html',
  '/files/../one.js',
  '/files/%2e%2e/index.html',
  '/files/assets',
  '/files/assets/',
])('has no %s', async (path) => {
  await expect(ask(path)).rejects.toMatchObject({ status: 404 });
});

it('refuses what only reads are for', async () => {
  await expect(ask('/one', {}, 'POST')).rejects.toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
});

it('takes its own paths and no others', () => {
  const taken = (paths: string[]) => paths.filter((path) => pages.takes(path));
  expect(taken(['/one', '/files/', '/files/anything'])).toEqual(['/one', '/files/', '/files/anything']);
  expect(taken(['/', '/onerous', '/filesystem', '/constructor'])).toEqual([]);
});

it('says what to do when the pages were never built, and serves them once they are', async () => {
  const root = join(folder, 'later');
  const late = staticPages({ root: pathToFileURL(`${root}/`), prefix: '/', pages: { '/': 'index.html' } });
  await expect(late.fetch(new Request('http://localhost/'))).rejects.toMatchObject({
    status: 503,
    message: expect.stringContaining('pnpm build'),
  });
  await mkdir(root);
  await writeFile(join(root, 'index.html'), 'now');
  expect(await (await late.fetch(new Request('http://localhost/'))).text()).toBe('now');
});
