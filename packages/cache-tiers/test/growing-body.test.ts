import { describe, expect, it } from 'vitest';
import { createTieredCache, memoryTier, type BodySink, type Opened } from '@forebay/cache-tiers';
import { readAll } from '@forebay/cache-tiers/testing';

/** A cache with one load under way, whose bytes the test pushes. */
async function arriving(
  options: { size?: number; retainBytes?: number; windowBytes?: number; kind?: 'store' | 'pass' } = {},
) {
  const { size, kind = 'store', ...limits } = options;
  const cache = createTieredCache<string>({ tiers: [memoryTier()], ...limits });
  let sink: BodySink | undefined;
  let signal: AbortSignal | undefined;
  let loads = 0;
  const open = async (): Promise<Opened<string>> =>
    cache.getOrSet('key', (context) => {
      signal = context.signal;
      loads++;
      const body = { start: (given: BodySink) => void (sink = given) };
      const loaded = { metadata: 'm', lifetime: { ttl: 1000 }, body, ...(size === undefined ? {} : { size }) };
      return Promise.resolve(kind === 'store' ? { kind, ...loaded } : { kind, ...loaded });
    });
  const opened = await open();
  if (sink === undefined || signal === undefined) throw new Error('the load did not begin');
  return { cache, opened, open, sink, signal, loads: () => loads };
}

const chunk = (length: number, fill = 1): Buffer => Buffer.alloc(length, fill);

describe('a body that is still arriving', () => {
  it('gives bytes to every reader as they come, without promises', async () => {
    const { opened, open, sink } = await arriving();
    const first = opened.body.reader();
    let calls = 0;
    first.onReadable = () => calls++;
    expect(first.read()).toBeNull();
    sink.write(chunk(10, 1));
    expect(calls).toBe(1);
    expect(first.read()).toEqual(chunk(10, 1));
    const joiner = await open();
    expect(joiner.collapsed).toBe(true);
    const second = joiner.body.reader({ start: 5, end: 14 });
    expect(second.read()).toEqual(chunk(5, 1));
    sink.write(chunk(10, 2));
    expect(calls).toBe(1);
    expect(first.read()).toEqual(chunk(10, 2));
    expect(second.read()).toEqual(chunk(5, 2));
    expect(second.read()).toBeUndefined();
    expect(first.read()).toBeNull();
    sink.end();
    expect(calls).toBe(2);
    expect(first.read()).toBeUndefined();
  });

  it('goes into memory when it ends, and the next one is given that', async () => {
    const { cache, opened, open, sink, loads } = await arriving({ size: 20 });
    sink.write(chunk(20));
    sink.end();
    expect(await readAll(opened.body)).toEqual(chunk(20));
    expect(cache.peek('key')?.bytes).toEqual(chunk(20));
    expect((await open()).state).toBe('fresh');
    expect(loads()).toBe(1);
  });

  it('breaks all readers when it ends short or runs over, and keeps nothing', async () => {
    for (const length of [19, 21]) {
      const { cache, opened, sink } = await arriving({ size: 20 });
      const reading = readAll(opened.body);
      sink.write(chunk(length));
      sink.end();
      await expect(reading).rejects.toMatchObject({ code: 'ERR_CACHE_BODY_LENGTH' });
      expect(cache.peek('key')).toBeUndefined();
    }
  });

  it('gives what arrived before it broke, then why', async () => {
    const { opened, open, sink, loads } = await arriving();
    const reader = opened.body.reader();
    sink.write(chunk(3));
    sink.fail(new Error('reset'));
    expect(reader.read()).toEqual(chunk(3));
    expect(() => reader.read()).toThrow('reset');
    await open();
    expect(loads()).toBe(2);
  });

  it('aborts the load when its last reader has left, not before', async () => {
    const { opened, open, sink, signal } = await arriving();
    const first = opened.body.reader();
    const second = (await open()).body.reader();
    sink.write(chunk(3));
    first.cancel();
    expect(signal.aborted).toBe(false);
    second.cancel();
    expect(signal.aborted).toBe(true);
    expect(() => second.read()).toThrow(expect.objectContaining({ code: 'ERR_CACHE_CANCELLED' }));
  });

  it('waits for one who was given it and has not begun to read', async () => {
    const { opened, open, signal } = await arriving();
    const slow = await open();
    opened.body.reader().cancel();
    expect(signal.aborted).toBe(false);
    slow.body.reader().cancel();
    expect(signal.aborted).toBe(true);
  });

  it('never pauses the source of a small body for a slow reader', async () => {
    const { opened, sink } = await arriving({ windowBytes: 100, retainBytes: 10_000 });
    const reader = opened.body.reader();
    for (let written = 0; written < 10_000; written += 100) expect(sink.write(chunk(100))).toBe(true);
    sink.end();
    expect((await readAll(opened.body)).byteLength).toBe(10_000);
    reader.cancel();
  });

  it('holds no more than its window of a large one, and pauses the source meanwhile', async () => {
    const { opened, open, sink, loads } = await arriving({ windowBytes: 1000, retainBytes: 0 });
    const reader = opened.body.reader();
    let drained = 0;
    sink.onDrain = () => drained++;
    let accepted = 0;
    while (sink.write(chunk(100))) accepted += 100;
    expect(accepted).toBe(900);
    expect(reader.read()).toHaveLength(100);
    expect(drained).toBe(1);
    const late = await open();
    expect(loads()).toBe(2);
    late.body.reader().cancel();
    reader.cancel();
  });

  it('is paced by the slowest of the readers of a large one', async () => {
    const { opened, open, sink } = await arriving({ windowBytes: 1000, retainBytes: 0 });
    const slow = opened.body.reader();
    const fast = (await open()).body.reader();
    while (sink.write(chunk(100)));
    while (fast.read() !== null);
    expect(sink.write(chunk(1))).toBe(false);
    slow.cancel();
    expect(sink.write(chunk(100))).toBe(true);
  });

  it('survives a listener that throws', async () => {
    const { opened, open, sink } = await arriving();
    const bad = opened.body.reader();
    const good = (await open()).body.reader();
    const warned = new Promise((resolve) => process.once('warning', resolve));
    bad.onReadable = () => {
      throw new Error('a mistake');
    };
    bad.read();
    sink.write(chunk(5));
    expect(good.read()).toHaveLength(5);
    await expect(warned).resolves.toMatchObject({ message: 'a mistake' });
  });
});
