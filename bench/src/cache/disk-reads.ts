// Reads of whole bodies from the disk tier, checksum included, beside fs.promises.readFile and cacache: node disk-reads.js [rounds]
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cacache from 'cacache';
import { diskTier } from '@forebay/cache-tiers';
import { entryHead, writeEntry } from '@forebay/cache-tiers/testing';

const rounds = Number(process.argv[2] ?? 20);
const READS = 200;
const FILES = 50;
const directory = await mkdtemp(join(tmpdir(), 'bench-disk-'));

async function measure(read: (index: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < READS; index++) {
    const before = performance.now();
    await read(index % FILES);
    times.push(1000 * (performance.now() - before));
  }
  return times;
}

const percentile = (times: number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(share * times.length)] ?? 0;

console.log('| read | p50 µs | p99 µs | p50 beside readFile |\n| --- | --- | --- | --- |');
for (const size of [20_000, 500_000]) {
  const tier = diskTier({ directory: join(directory, `tier-${size}`) });
  const store = join(directory, `cacache-${size}`);
  for (let index = 0; index < FILES; index++) {
    const body = Buffer.alloc(size, index);
    await writeFile(join(directory, `plain-${index}`), body);
    await writeEntry(tier, `key/${index}`, [body], entryHead(Date.now()));
    await cacache.put(store, `key/${index}`, body);
  }
  const peers: Record<string, (index: number) => Promise<unknown>> = {
    'fs.promises.readFile': (index) => readFile(join(directory, `plain-${index}`)),
    '@forebay/cache-tiers disk': async (index) => (await tier.open(`key/${index}`))?.body.bytes,
    cacache: (index) => cacache.get(store, `key/${index}`),
  };
  const times = new Map<string, number[]>(Object.keys(peers).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, read] of Object.entries(peers)) times.get(name)?.push(...(await measure(read)));
  const plain = percentile(times.get('fs.promises.readFile') ?? [], 0.5);
  for (const [name, all] of times) {
    const half = percentile(all, 0.5);
    console.log(
      `| ${size / 1000} KB, ${name} | ${half.toFixed(0)} | ${percentile(all, 0.99).toFixed(0)} | ${(half / plain).toFixed(2)} |`,
    );
  }
  await tier.close();
}
await rm(directory, { recursive: true });
