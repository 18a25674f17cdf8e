import * as fs from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTieredCache, diskTier, memoryTier, type DiskFileSystem, type TieredCache } from '@forebay/cache-tiers';
import { entryHead, readAll } from '@forebay/cache-tiers/testing';
import { bodyFor } from '../support/known-body.js';
import { scratchFolder, smallDisk } from '../support/scratch.js';

const MB = 1024 * 1024;

/** A file system on which calls fail as long as `code` is set. */
function failingFileSystem(fails: readonly ('open' | 'writev' | 'rename' | 'mkdir')[]) {
  const state: { code: string | undefined; calls: number } = { code: undefined, calls: 0 };
  const failure = (): NodeJS.ErrnoException | undefined => {
    if (state.code === undefined) return undefined;
    state.calls++;
    return Object.assign(new Error(`${state.code}: made to fail`), { code: state.code });
  };
  const fileSystem: DiskFileSystem = {
    ...fs,
    open(path, flags, mode, done) {
      const error = fails.includes('open') ? failure() : undefined;
      if (error) done(error, -1);
      else fs.open(path, flags, mode, done);
    },
    writev(fd, buffers, position, done) {
      const error = fails.includes('writev') ? failure() : undefined;
      if (error) done(error, 0);
      else fs.writev(fd, buffers, position, done);
    },
    rename(from, to, done) {
      const error = fails.includes('rename') ? failure() : undefined;
      if (error) done(error);
      else fs.rename(from, to, done);
    },
    mkdir(path, options, done) {
      const error = fails.includes('mkdir') ? failure() : undefined;
      if (error) done(error);
      else fs.mkdir(path, options, done);
    },
  };
  return { state, fileSystem };
}

async function load(cache: TieredCache<string>, key: string, size: number): Promise<Buffer> {
  async function* body(): AsyncGenerator<Buffer> {
    const bytes = bodyFor(key, size);
    for (let from = 0; from < size; from += 50_000) yield bytes.subarray(from, from + 50_000);
  }
  const opened = await cache.getOrSet(key, () =>
    Promise.resolve({ kind: 'store', metadata: key, lifetime: { ttl: 60_000 }, body: body() }),
  );
  return readAll(opened.body);
}

describe('a disk that fails', () => {
  it.each([
    ['is full', 'ENOSPC', ['writev']],
    ['may not be read', 'EACCES', ['open']],
    ['may not be written to', 'EROFS', ['open', 'mkdir']],
    ['has no descriptors left', 'EMFILE', ['open']],
    ['does not rename', 'EIO', ['rename']],
  ] as const)('is passed by when it %s, left alone for a while, and used again afterwards', async (_, code, fails) => {
    const { state, fileSystem } = failingFileSystem(fails);
    const clock = { now: Date.now() };
    const directory = await scratchFolder();
    const cache = createTieredCache<string>({
      tiers: [diskTier({ directory, fileSystem })],
      clock: () => clock.now,
      breaker: { failures: 3, openFor: 1000 },
    });
    const seen: string[] = [];
    cache.on('tier-error', ({ tier, operation }) => seen.push(`${tier} ${operation}`));
    cache.on('tier-state', ({ state: is }) => seen.push(is));
    state.code = code;
    for (let index = 0; index < 10; index++) {
      const key = `key/${index}`;
      expect((await load(cache, key, 400_000)).equals(bodyFor(key, 400_000))).toBe(true);
    }
    await expect.poll(() => seen).toContain('open');
    const info = (await cache.info()).tiers[0];
    expect(info).toMatchObject({ name: 'disk', state: 'open', lastError: `${code}: made to fail` });
    const callsOfALoad = async (): Promise<number> => {
      const before = state.calls;
      await load(cache, `while open ${before}`, 400_000);
      return state.calls - before;
    };
    await expect.poll(callsOfALoad).toBe(0);
    state.code = undefined;
    clock.now += 5000;
    await expect
      .poll(async () => {
        clock.now += 5000;
        await load(cache, `after ${clock.now}`, 400_000);
        return (await cache.info()).tiers[0]?.state;
      })
      .toBe('closed');
    await cache.close();
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
  });

  it('makes room among its own when the device is full, and goes on', async () => {
    const directory = await smallDisk(8);
    // Without the right to mount, a full device is what the cases above stand for.
    if (directory === undefined) return;
    const cache = createTieredCache<string>({ tiers: [memoryTier({ maxBytes: MB }), diskTier({ directory })] });
    for (let index = 0; index < 60; index++) {
      const key = `key/${index}`;
      expect((await load(cache, key, 400_000)).equals(bodyFor(key, 400_000))).toBe(true);
    }
    const disk = diskTier({ directory });
    await expect.poll(async () => (await disk.keys({ limit: 100 })).keys.length).toBeLessThan(18);
    await cache.close();
    for (const { key } of (await disk.keys({ limit: 100 })).keys) {
      const entry = await disk.open(key);
      expect(entry !== undefined && (await readAll(entry.body)).equals(bodyFor(key, 400_000))).toBe(true);
    }
    const writer = await disk.write('later', entryHead(Date.now()), 400_000);
    await writer?.write(bodyFor('later', 400_000));
    await writer?.commit();
    expect(await disk.open('later')).toBeDefined();
    await disk.close();
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
  });

  it('is made anew when its folder was removed under it', async () => {
    const directory = join(await scratchFolder(), 'cache');
    const cache = createTieredCache<string>({ tiers: [diskTier({ directory })] });
    await load(cache, 'a', 400_000);
    await expect.poll(async () => (await cache.get('a'))?.source).toBe('disk');
    fs.rmSync(directory, { recursive: true });
    expect(await cache.get('a')).toBeUndefined();
    await load(cache, 'b', 400_000);
    await expect.poll(async () => (await cache.get('b'))?.source).toBe('disk');
    await cache.close();
  });
});
