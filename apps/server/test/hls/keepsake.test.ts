import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeepsake, type Keepsake } from '../../src/duties/hls-keepsake.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'forebay-keepsake-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const logger = pino({ level: 'silent' });
const open = (at = directory): Promise<Keepsake> =>
  openKeepsake({ disk: { directory: at, bytes: 0, entries: undefined, cleanupInterval: 0 } }, logger);
const secretOf = ({ store }: Keepsake): Promise<string> => store.secret({ proposed: 'another' });
const owe = ({ store }: Keepsake, uid: string, bytes: number): void =>
  store.restoreTraffic({ batch: undefined, users: [[uid, bytes]], unattributedBytes: 0 });
const take = ({ store }: Keepsake, id: string) => store.takeTraffic({ id, reporter: 'r', lease: 1, now: 1 });

describe('what outlives the primary', () => {
  it('is the secret, and traffic that is owed, under the id it was sent with', async () => {
    const before = await open();
    owe(before, 'anna', 5);
    owe(before, '', 7);
    const batch = await take(before, 'one');
    owe(before, 'bert', 3);
    await Promise.all([before.save(), before.save()]);
    expect(await readdir(directory)).toEqual(['hls-sessions.json']);

    const after = await open();
    expect(await secretOf(after)).toBe(await secretOf(before));
    expect(await take(after, 'two')).toEqual(batch);
    await after.store.settleTraffic({ id: 'one' });
    expect(await take(after, 'two')).toMatchObject({ id: 'two', users: [{ uid: 'bert', bytes: 3 }] });
  });

  it.each(['', '{', '[]', '{"secret":""}', '{"secret":"s","traffic":{"users":[["u",-1]],"unattributedBytes":0}}'])(
    'begins anew where its file holds %j',
    async (text) => {
      await writeFile(join(directory, 'hls-sessions.json'), text);
      const keepsake = await open();
      expect((await secretOf(keepsake)).length).toBeGreaterThan(40);
      expect(await take(keepsake, 'one')).toBeUndefined();
    },
  );

  it('is missed, not needed, where it cannot be written', async () => {
    await writeFile(join(directory, 'file'), '');
    const keepsake = await open(join(directory, 'file', 'folder'));
    owe(keepsake, 'anna', 5);
    await keepsake.save();
    expect(await take(keepsake, 'one')).toMatchObject({ users: [{ uid: 'anna', bytes: 5 }] });
  });
});
