import { memorySessionStore } from '@forebay/hls-proxy';
import { expect, it } from 'vitest';
import { sessionStoreSuite } from './conformance.js';

sessionStoreSuite('memory', async () => memorySessionStore({ maxSessions: 25, maxUnsentUsers: 10, maxAllowed: 3 }));

it('names the option that is wrong', () => {
  expect(() => memorySessionStore({ maxSessions: 0 })).toThrow(/maxSessions is 0/);
  expect(() => memorySessionStore({ maxAllowed: 1.5 })).toThrow(RangeError);
});

it('keeps what was not reported over a restart', async () => {
  const [before, after] = [memorySessionStore(), memorySessionStore()];
  before.restoreTraffic({ batch: undefined, users: [['u', 5]], unattributedBytes: 2 });
  const batch = await before.takeTraffic({ id: 'one', reporter: 'r', lease: 1, now: 1 });
  before.restoreTraffic({ batch: undefined, users: [['u', 3]], unattributedBytes: 0 });
  after.restoreTraffic(structuredClone(before.unsentTraffic()));
  expect(await after.takeTraffic({ id: 'two', reporter: 'r', lease: 1, now: 2 })).toEqual(batch);
  await after.settleTraffic({ id: 'one' });
  expect(await after.takeTraffic({ id: 'two', reporter: 'r', lease: 1, now: 2 })).toMatchObject({
    id: 'two',
    users: [{ uid: 'u', bytes: 3 }],
  });
});
