import type { TierCounts } from '../counts.js';
import type { TierFacts } from '../facts.js';
import type { Family } from '../family.js';

const labels = ['tier'];

const counter = (name: string, help: string, read: (counts: TierCounts) => number): Family => ({
  name: `forebay_cache_tier_${name}_total`,
  help,
  type: 'counter',
  labels,
  samples: ({ counts }) => Object.entries(counts.tiers).map(([tier, tallied]) => [{ tier }, read(tallied)]),
});

const gauge = (name: string, help: string, read: (tier: TierFacts) => number | undefined): Family => ({
  name: `forebay_cache_tier_${name}`,
  help,
  type: 'gauge',
  labels,
  samples: ({ tiers }) =>
    tiers.flatMap((tier) => {
      const value = read(tier);
      return value === undefined ? [] : [[{ tier: tier.name }, value] as const];
    }),
});

/** The cache's tiers, and the disk below. */
export const cacheFamilies: readonly Family[] = [
  counter('hits', 'Look-ups that the tier answered.', ({ hits }) => hits),
  counter('misses', 'Look-ups that it could not answer.', ({ misses }) => misses),
  counter('evictions', 'Entries removed to keep within the bounds.', ({ evictions }) => evictions),
  counter('errors', 'Operations that failed; the cache goes on without.', ({ errors }) => errors),
  gauge('up', '1 while the tier answers.', ({ usable }) => Number(usable)),
  gauge('entries', 'Entries held.', ({ entries }) => entries),
  gauge('max_entries', 'Most entries, where there is such a bound.', ({ maxEntries }) => maxEntries),
  gauge('bytes', 'Bytes held.', ({ bytes }) => bytes),
  gauge('max_bytes', 'Most bytes, where there is such a bound.', ({ maxBytes }) => maxBytes),
  gauge('latency_seconds', 'How long the tier takes to answer; measured of Redis alone.', ({ latencyMs }) =>
    latencyMs === undefined ? undefined : latencyMs / 1000,
  ),
  {
    name: 'forebay_cache_disk_free_bytes',
    help: 'Free space of the file system that the disk tier is on.',
    type: 'gauge',
    labels: [],
    samples: ({ disk }) => (disk === undefined ? [] : [[{}, disk.free]]),
  },
  {
    name: 'forebay_cache_disk_size_bytes',
    help: 'Size of the file system that the disk tier is on.',
    type: 'gauge',
    labels: [],
    samples: ({ disk }) => (disk === undefined ? [] : [[{}, disk.size]]),
  },
];
