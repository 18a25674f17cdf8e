import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTieredCache, diskTier, memoryTier, type BodyReader, type BodySink } from '@forebay/cache-tiers';
import { bodyFor } from './support/known-body.js';
import { scratchFolder } from './support/scratch.js';

const SIZE = 200_000;
const body = bodyFor('body', SIZE);

/** A source that keeps to what its sink says. */
function pushInChunks(sink: BodySink, sizes: readonly number[]): void {
  let sent = 0;
  let turn = 0;
  const push = (): void => {
    while (sent < SIZE) {
      const chunk = body.subarray(sent, sent + (sizes[turn++ % sizes.length] ?? SIZE));
      sent += chunk.byteLength;
      if (!sink.write(chunk) && sent < SIZE) return;
    }
    sink.end();
  };
  sink.onDrain = () => setImmediate(push);
  push();
}

/** Reads to the end, resting after every so many chunks. */
async function readSlowly(reader: BodyReader, rest: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of reader) {
    chunks.push(chunk);
    if (rest > 0 && chunks.length % rest === 0) await new Promise(setImmediate);
  }
  return Buffer.concat(chunks);
}

const readers = fc.array(
  fc.record({
    start: fc.nat(SIZE - 1),
    length: fc.integer({ min: 1, max: SIZE }),
    rest: fc.nat(3),
    whole: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);
const chunkSizes = fc
  .array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 5 })
  .filter((sizes) => sizes.reduce((sum, size) => sum + size) > 5000);

describe('any body', () => {
  it('leaves nothing under way, whoever leaves and when', async () => {
    const directory = await scratchFolder();
    let run = 0;
    const leavers = fc.array(fc.nat(12), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        leavers,
        chunkSizes,
        fc.constantFrom('store', 'pass'),
        fc.boolean(),
        async (turns, sizes, kind, large) => {
          const tiers = [memoryTier(), diskTier({ directory })];
          const cache = createTieredCache<string>({ tiers, windowBytes: 5000, ...(large ? { retainBytes: 0 } : {}) });
          const key = `left/${run++}`;
          let open = 0;
          async function* chunks(): AsyncGenerator<Buffer> {
            open++;
            try {
              for (let sent = 0, turn = 0; sent < SIZE; turn++) {
                const chunk = body.subarray(sent, sent + (sizes[turn % sizes.length] ?? SIZE));
                sent += chunk.byteLength;
                yield chunk;
                await new Promise(setImmediate);
              }
            } finally {
              open--;
            }
          }
          const load = () =>
            Promise.resolve({ kind, metadata: 'm', lifetime: { ttl: 60_000 }, body: chunks() } as const);
          await Promise.all(
            turns.map(async (turn) => {
              const leaver = new AbortController();
              if (turn === 0) queueMicrotask(() => leaver.abort());
              try {
                const opened = await cache.getOrSet(key, load, { signal: leaver.signal });
                let seen = 0;
                for await (const _chunk of opened.body.reader()) if (++seen >= turn) break;
              } catch (error) {
                if (!leaver.signal.aborted) throw error;
              }
            }),
          );
          const underWay = async () => [(await cache.info()).loading, open];
          await expect.poll(underWay, { interval: 1 }).toEqual([0, 0]);
          await cache.close();
        },
      ),
      { numRuns: 100, timeout: 3000, endOnFailure: true },
    );
    await expect.poll(() => readdirSync(join(directory, 'tmp')), { interval: 1 }).toEqual([]);
  }, 60_000);

  it('reaches every reader as it was, whatever the chunks, ranges, paces and bounds', async () => {
    const directory = await scratchFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        readers,
        chunkSizes,
        fc.constantFrom(0, 100_000, 1_000_000),
        fc.constantFrom(5000, 50_000),
        fc.constantFrom('memory', 'disk'),
        async (wanted, sizes, retainBytes, windowBytes, below) => {
          const disk = below === 'disk' ? [diskTier({ directory })] : [];
          const cache = createTieredCache<string>({ tiers: [memoryTier(), ...disk], retainBytes, windowBytes });
          const key = `key/${run++}`;
          const load = () =>
            Promise.resolve({
              kind: 'store' as const,
              metadata: 'm',
              lifetime: { ttl: 60_000 },
              body: { start: (sink: BodySink) => pushInChunks(sink, sizes) },
            });
          const opened = await Promise.all(wanted.map(async () => cache.getOrSet(key, load)));
          const read = wanted.map(({ start, length, rest, whole }, index) => {
            const reader = opened[index]?.body.reader(whole ? undefined : { start, end: start + length - 1 });
            return reader === undefined ? undefined : readSlowly(reader, rest);
          });
          for (const [index, { start, length, whole }] of wanted.entries()) {
            const right = whole ? body : body.subarray(start, start + length);
            expect((await read[index])?.equals(right)).toBe(true);
          }
          await cache.close();
        },
      ),
      { numRuns: 150, timeout: 3000, endOnFailure: true },
    );
  }, 60_000);
});
