import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskTier } from '@forebay/cache-tiers';
import { entryHead, readAll } from '@forebay/cache-tiers/testing';
import { diskProcess } from '../support/disk-process.js';
import { bodyFor } from '../support/known-body.js';
import { scratchFolder } from '../support/scratch.js';

describe('processes that are killed while they write', () => {
  it('leave whole entries and, after the next start, no litter', async () => {
    const directory = await scratchFolder();
    // Each is killed at another point: after so many pieces of 300 KB.
    const lives = [1, 4, 9, 17, 26, 35, 41, 58, 63, 77, 81, 99];
    await Promise.all(
      [0, 1, 2, 3].map(async (lane) => {
        for (const pieces of lives.filter((_, index) => index % 4 === lane)) {
          const { child, lines, ended } = diskProcess('./write-for-ever.ts', directory, `${lane}-${pieces}`);
          for (let seen = 0; seen < pieces; seen++) await lines.next();
          child.kill('SIGKILL');
          expect(await ended).toBe('SIGKILL');
        }
      }),
    );
    const litter = await readdir(join(directory, 'tmp'));
    expect(litter.length).toBeGreaterThan(0);

    const tier = diskTier({ directory });
    let whole = 0;
    for (const { key } of (await tier.keys({ limit: 100 })).keys) {
      const entry = await tier.open(key);
      if (entry === undefined) throw new Error(`${key} is listed and cannot be read`);
      const name = entry.head.metadata;
      if (typeof name !== 'string') throw new Error(`${key} has a head that nobody wrote`);
      expect((await readAll(entry.body)).equals(bodyFor(name, 3_000_000))).toBe(true);
      whole++;
    }
    expect(whole).toBeGreaterThan(0);
    await tier.write('any', entryHead(Date.now()), 1);
    await expect.poll(() => readdir(join(directory, 'tmp'))).toEqual([]);
    await tier.close();
    expect(await readFile(join(directory, 'usage'), 'utf8')).toMatch(/^\d+ \d+\n/);
  }, 60_000);
});
