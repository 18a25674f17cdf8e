// getOrSet on a memory hit, million per CPU-second, beside what one would use instead: node hits.js [rounds]
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { createCache } from 'cache-manager';
import { Cacheable } from 'cacheable';
import { createTieredCache, memoryTier } from '@forebay/cache-tiers';
import { LRUCache } from 'lru-cache';

const rounds = Number(process.argv[2] ?? 7);
const KEYS = 1000;
const TTL = 600_000;
const body = Buffer.alloc(20_000, 1);
const keys = Array.from({ length: KEYS }, (_, index) => `/t/p/w500/${index}.jpg`);

interface Peer {
  readonly name: string;
  readonly calls: number;
  run(calls: number): Promise<void>;
}

const forebay = createTieredCache<string>({ tiers: [memoryTier()] });
const load = () => Promise.resolve({ kind: 'store' as const, metadata: 'image/jpeg', lifetime: { ttl: TTL }, body });
const lru = new LRUCache<string, Buffer>({ max: KEYS, ttl: TTL, fetchMethod: () => Promise.resolve(body) });
const manager = createCache({ ttl: TTL });
const cacheable = new Cacheable({ ttl: TTL });
const bento = new BentoCache({
  default: 'memory',
  stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: KEYS, serialize: false })) },
});

const peers: Peer[] = [
  {
    name: '@forebay/cache-tiers getOrSet',
    calls: 2_000_000,
    async run(calls) {
      for (let call = 0; call < calls; call++) {
        const opened = forebay.getOrSet(keys[call % KEYS]!, load);
        if (opened instanceof Promise) await opened;
      }
    },
  },
  {
    name: '@forebay/cache-tiers getOrSet, awaited',
    calls: 2_000_000,
    async run(calls) {
      for (let call = 0; call < calls; call++) await forebay.getOrSet(keys[call % KEYS]!, load);
    },
  },
  {
    name: 'lru-cache fetch',
    calls: 2_000_000,
    async run(calls) {
      for (let call = 0; call < calls; call++) await lru.fetch(keys[call % KEYS]!);
    },
  },
  {
    name: 'cache-manager wrap',
    calls: 200_000,
    async run(calls) {
      for (let call = 0; call < calls; call++) await manager.wrap(keys[call % KEYS]!, async () => body);
    },
  },
  {
    name: 'cacheable getOrSet',
    calls: 100_000,
    async run(calls) {
      for (let call = 0; call < calls; call++) await cacheable.getOrSet(keys[call % KEYS]!, async () => body);
    },
  },
  {
    name: 'bentocache getOrSet',
    calls: 100_000,
    async run(calls) {
      for (let call = 0; call < calls; call++)
        await bento.getOrSet({ key: keys[call % KEYS]!, ttl: TTL, factory: () => body });
    },
  },
];

const rates = new Map<string, number[]>(peers.map(({ name }) => [name, []]));
for (const peer of peers) await peer.run(KEYS * 20);
for (let round = 0; round < rounds; round++) {
  for (const peer of peers) {
    const { name, calls } = peer;
    const before = process.cpuUsage();
    await peer.run(calls);
    const { user, system } = process.cpuUsage(before);
    rates.get(name)?.push(calls / (user + system));
  }
}
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const lruRate = median(rates.get('lru-cache fetch') ?? []);
console.log('| hit in memory | million per CPU-second | beside lru-cache |\n| --- | --- | --- |');
for (const [name, values] of rates)
  console.log(`| ${name} | ${median(values).toFixed(2)} | ${(median(values) / lruRate).toFixed(2)} |`);
await Promise.all([forebay.close(), bento.disconnectAll(), cacheable.disconnect(), manager.disconnect()]);
