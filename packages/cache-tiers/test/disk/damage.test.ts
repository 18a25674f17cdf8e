import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskTier, type Tier } from '@forebay/cache-tiers';
import { entryHead, readAll, writeEntry } from '@forebay/cache-tiers/testing';
import { bodyFor } from '../support/known-body.js';
import { scratchFolder } from '../support/scratch.js';

async function files(directory: string): Promise<string[]> {
  const all = await readdir(join(directory, 'entries'), { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function stored(size: number): Promise<{ tier: Tier; path: string; whole: Buffer; directory: string }> {
  const directory = await scratchFolder();
  const tier = diskTier({ directory });
  await writeEntry(tier, 'key', [bodyFor('key', size)], entryHead(Date.now()));
  const [path = ''] = await files(directory);
  return { tier, path, whole: await readFile(path), directory };
}

describe('a damaged file', () => {
  it('is a miss wherever a byte is flipped, and is removed', async () => {
    const { tier, path, whole, directory } = await stored(70_000);
    const places = [
      0,
      3,
      5,
      9,
      13,
      17,
      21,
      26,
      33,
      41,
      49,
      60,
      100,
      500,
      65_000,
      68_000,
      whole.length - 6,
      whole.length - 1,
    ];
    for (const place of places) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(bytes.readUInt8(place) ^ 0x10, place);
      await writeFile(path, bytes);
      const entry = await tier.open('key');
      const padding = entry !== undefined && bodyFor('key', 70_000).equals(await readAll(entry.body));
      expect(entry === undefined || padding, `byte ${place}`).toBe(true);
      if (entry === undefined) expect(await files(directory), `byte ${place}`).toEqual([]);
    }
  });

  it('is a miss however short it was cut', async () => {
    const { tier, path, whole, directory } = await stored(70_000);
    for (const length of [0, 1, 51, 52, 300, 60_000, 69_000, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, length));
      expect(await tier.open('key'), `${length} bytes`).toBeUndefined();
      expect(await files(directory)).toEqual([]);
    }
  });

  it('is a miss when it is somebody else’s file, or another entry of ours', async () => {
    const { tier, path, whole } = await stored(1000);
    await writeFile(path, 'PNG or so '.repeat(100));
    expect(await tier.open('key')).toBeUndefined();
    await writeEntry(tier, 'other', [Buffer.from('other')]);
    const other = (await files(dirname(dirname(dirname(path))))).find((file) => file !== path) ?? '';
    await writeFile(other, whole);
    expect(await tier.open('other')).toBeUndefined();
  });

  it('is a miss when a folder lies in its place, and others are kept as before', async () => {
    const { tier, path } = await stored(1000);
    await tier.delete('key');
    await mkdir(path);
    expect(await tier.open('key')).toBeUndefined();
    await writeEntry(tier, 'key', [Buffer.from('no room')]);
    expect(await tier.open('key')).toBeUndefined();
    expect((await stat(path)).isDirectory()).toBe(true);
    expect(await writeEntry(tier, 'other', [Buffer.from('other')])).toBe(true);
    expect(await tier.open('other')).toBeDefined();
  });

  it('never hands out an unchecked block of a stream, and breaks it instead of ending it', async () => {
    const { tier, path, whole, directory } = await stored(2_000_000);
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(1_500_000) ^ 1, 1_500_000);
    await writeFile(path, bytes);
    const entry = await tier.open('key');
    if (entry === undefined) throw new Error('the head is sound');
    const right = bodyFor('key', 2_000_000);
    let got = 0;
    const reading = (async () => {
      for await (const chunk of entry.body.reader()) {
        expect(right.subarray(got, got + chunk.byteLength).equals(chunk)).toBe(true);
        got += chunk.byteLength;
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ERR_CACHE_DAMAGED' });
    expect(got).toBeGreaterThan(1_000_000);
    expect(got).toBeLessThan(1_500_000);
    await expect.poll(() => files(directory)).toEqual([]);
    entry.close();
  });
});
