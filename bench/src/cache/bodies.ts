// What a joiner waits for its first byte, what a stalled reader costs, how fast a large directory opens: node bodies.js [entries]
import { copyFileSync, mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createTieredCache, diskTier, memoryTier, type BodySink } from '@forebay/cache-tiers';
import { writeEntry } from '@forebay/cache-tiers/testing';

const entries = Number(process.argv[2] ?? 100_000);
const directory = await mkdtemp(join(tmpdir(), 'bench-bodies-'));

async function firstByteOfAJoiner(): Promise<number> {
  const cache = createTieredCache<string>({ tiers: [memoryTier(), diskTier({ directory: join(directory, 'join') })] });
  let sink: BodySink | undefined;
  const load = () =>
    Promise.resolve({
      kind: 'store' as const,
      metadata: 'x',
      lifetime: { ttl: 1000 },
      body: { start: (given: BodySink) => void (sink = given) },
    });
  await cache.getOrSet('key', load);
  sink?.write(Buffer.alloc(1000));
  const before = performance.now();
  const joined = await cache.getOrSet('key', load);
  joined.body.reader().read();
  const ms = performance.now() - before;
  sink?.end();
  await cache.close();
  return ms;
}

async function costOfStalledReaders(readers: number): Promise<number> {
  const tier = diskTier({ directory: join(directory, 'stalled') });
  await writeEntry(tier, 'key', [Buffer.alloc(4_000_000)]);
  const entry = await tier.open('key');
  if (entry === undefined) throw new Error('not stored');
  const before = process.memoryUsage().arrayBuffers;
  const all = Array.from({ length: readers }, () => entry.body.reader());
  await Promise.all(
    all.map((reader) => new Promise<void>((resolve) => void ((reader.onReadable = resolve), reader.read()))),
  );
  for (const reader of all) reader.read();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const cost = (process.memoryUsage().arrayBuffers - before) / readers;
  for (const reader of all) reader.cancel();
  await tier.close();
  return cost;
}

async function opening(): Promise<{ first: number; sweep: number }> {
  const folder = join(directory, 'many');
  const tier = diskTier({ directory: folder });
  await writeEntry(tier, 'key', [Buffer.alloc(1000)]);
  await tier.close();
  const [name = ''] = readdirSync(join(folder, 'entries'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.length > 4,
  );
  const file = join(folder, 'entries', name);
  for (let index = 0; index < entries; index++) {
    const hex = index.toString(16).padStart(8, '0');
    const path = join(folder, 'entries', hex.slice(-2), `${'0'.repeat(22)}${hex}`);
    if (index < 256) mkdirSync(dirname(path), { recursive: true });
    copyFileSync(file, path);
    // As the tier leaves it: the access time says when it turns into garbage.
    utimesSync(path, 2_000_000_000, Date.now() / 1000);
  }
  const before = performance.now();
  const again = diskTier({ directory: folder });
  const entry = await again.open('key');
  await again.stats();
  const first = performance.now() - before;
  if (entry === undefined) throw new Error('not found');
  const sweeping = performance.now();
  await again.sweep?.();
  const sweep = performance.now() - sweeping;
  await again.close();
  return { first, sweep };
}

await firstByteOfAJoiner();
console.log('| what | figure |\n| --- | --- |');
console.log(`| first byte of one who joins a body that is arriving | ${(await firstByteOfAJoiner()).toFixed(2)} ms |`);
console.log(
  `| held for a stalled reader of a 4 MB file | ${Math.round((await costOfStalledReaders(200)) / 1024)} KB |`,
);
const { first, sweep } = await opening();
console.log(`| ${entries} entries: open, first read and count | ${first.toFixed(1)} ms |`);
console.log(`| ${entries} entries: a whole sweep, behind requests | ${(sweep / 1000).toFixed(2)} s |`);
await rm(directory, { recursive: true });
