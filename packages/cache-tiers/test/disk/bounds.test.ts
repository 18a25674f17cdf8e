import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskTier, type DiskFileSystem } from '@forebay/cache-tiers';
import { entryHead, readAll, writeEntry } from '@forebay/cache-tiers/testing';
import { diskProcess } from '../support/disk-process.js';
import { bodyFor } from '../support/known-body.js';
import { diskUsage, scratchFolder } from '../support/scratch.js';

const MB = 1024 * 1024;

describe('the bound of a directory', () => {
  it('is held by four processes that write ten times as much, and what is read survives', async () => {
    const directory = await scratchFolder();
    const maxBytes = 6 * MB;
    const tier = diskTier({ directory, maxBytes });
    for (let hot = 0; hot < 5; hot++) await writeEntry(tier, `hot/${hot}`, [bodyFor(`hot/${hot}`, 20_000)]);
    await tier.close();
    const processes = ['a', 'b', 'c', 'd'].map((name) =>
      diskProcess('./fill-disk.ts', directory, name, maxBytes, (10 * maxBytes) / 4),
    );
    let running = true;
    let peak = 0;
    const watching = (async () => {
      while (running) {
        peak = Math.max(peak, diskUsage(directory));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    const declined = await Promise.all(processes.map(async ({ lines }) => Number((await lines.next()).value)));
    expect(await Promise.all(processes.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
    running = false;
    await watching;
    // While files come and go, du may count one twice.
    expect(peak).toBeLessThanOrEqual(1.25 * maxBytes);
    expect(diskUsage(directory)).toBeLessThanOrEqual(1.1 * maxBytes);
    expect(declined.reduce((sum, count) => sum + count)).toBeLessThan(50);
    const after = diskTier({ directory, maxBytes });
    for (let hot = 0; hot < 5; hot++) {
      const entry = await after.open(`hot/${hot}`);
      expect(entry, `hot/${hot}`).toBeDefined();
      if (entry !== undefined) expect((await readAll(entry.body)).equals(bodyFor(`hot/${hot}`, 20_000))).toBe(true);
    }
    await after.close();
  }, 60_000);

  it('is held in entries too, the ones used longest ago going first', async () => {
    const directory = await scratchFolder();
    const clock = { now: 1_700_000_000_000 };
    const tier = diskTier({ directory, maxEntries: 20, clock: () => clock.now });
    for (let index = 0; index < 20; index++) {
      clock.now += 1000;
      await writeEntry(tier, `key/${index}`, [Buffer.alloc(10)], entryHead(clock.now));
    }
    clock.now += 1000;
    (await tier.open('key/0'))?.close();
    await expect.poll(async () => (await tier.sweep?.())?.removed ?? 0).toBeGreaterThan(0);
    const { keys } = await tier.keys({ limit: 100 });
    const left = keys.map(({ key }) => key);
    expect(left).toHaveLength(17);
    expect(left).toContain('key/0');
    expect(left).not.toContain('key/1');
    await tier.close();
  });

  it('lets what is past its life go first, and only that while there is room', async () => {
    const directory = await scratchFolder();
    const clock = { now: Date.now() };
    const tier = diskTier({ directory, clock: () => clock.now });
    const dying = entryHead(clock.now, {
      freshUntil: clock.now + 1,
      staleWhileRevalidateUntil: 0,
      staleIfErrorUntil: 0,
    });
    await writeEntry(tier, 'dying', [Buffer.alloc(10)], dying);
    await writeEntry(tier, 'living', [Buffer.alloc(10)], entryHead(clock.now, { freshUntil: clock.now + 1e14 }));
    clock.now += 2000;
    expect(await tier.sweep?.()).toEqual({ removed: 1 });
    expect((await tier.keys({ limit: 9 })).keys.map(({ key }) => key)).toEqual(['living']);
    await tier.close();
  });

  it('begins to serve without listing or counting what is there', async () => {
    const directory = await scratchFolder();
    const before = diskTier({ directory });
    for (let index = 0; index < 50; index++) await writeEntry(before, `key/${index}`, [Buffer.alloc(10)]);
    await before.close();
    const listed: string[] = [];
    const readdir: DiskFileSystem['readdir'] = (path, done) => {
      listed.push(path);
      fs.readdir(path, done);
    };
    const tier = diskTier({ directory, fileSystem: { ...fs, readdir } });
    expect(await tier.open('key/7')).toBeDefined();
    await writeEntry(tier, 'another', [Buffer.alloc(10)]);
    expect((await tier.stats()).entries).toBe(51);
    expect(listed.filter((path) => path.includes('entries'))).toEqual([]);
    await tier.close();
  });

  it('does not mind a process that died while it swept', async () => {
    const directory = await scratchFolder();
    const tier = diskTier({ directory });
    await writeEntry(tier, 'key', [Buffer.alloc(10)]);
    fs.writeFileSync(join(directory, 'sweep.lock'), `999999999 ${hostname()}`);
    await tier.sweep?.();
    expect(fs.existsSync(join(directory, 'sweep.lock'))).toBe(false);
    await tier.close();
  });
});
