import type { Times } from './counts.js';
import type { Distribution } from './family.js';

/** Buckets an octave; the error of a percentile is below 10 %. */
const PER_OCTAVE = 8;
/** Lowest bound, in ms. */
const LOWEST = 0.0625;
const BUCKETS = 22 * PER_OCTAVE;

/** Counts by logarithmic bucket, plain data: it can be sent to another process and added up. */
export type LatencyCounts = number[];

export const emptyLatencies = (): LatencyCounts => Array.from({ length: BUCKETS }, () => 0);

/** Adds `times` observations of `ms` milliseconds. */
export function observe(counts: LatencyCounts, ms: number, times = 1): void {
  const index = ms <= LOWEST ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms / LOWEST) * PER_OCTAVE));
  counts[index] = (counts[index] ?? 0) + times;
}

export function addLatencies(into: LatencyCounts, other: LatencyCounts, sign: 1 | -1 = 1): void {
  for (let index = 0; index < BUCKETS; index += 1) into[index] = (into[index] ?? 0) + sign * (other[index] ?? 0);
}

export const countOf = (counts: LatencyCounts): number => counts.reduce((sum, count) => sum + count, 0);

/** The upper bound, in ms, of the bucket that holds the given share (0…1) of observations; 0 when there are none. */
export function percentile(counts: LatencyCounts, share: number): number {
  const total = countOf(counts);
  if (total === 0) return 0;
  let seen = 0;
  for (let index = 0; index < counts.length; index += 1) {
    seen += counts[index] ?? 0;
    if (seen >= share * total) return Math.round(LOWEST * 2 ** (index / PER_OCTAVE) * 1000) / 1000;
  }
  return 0;
}

/** Octaves between the first and the last bound of the cumulative form: 0.5 ms to 33 s. */
const FIRST_OCTAVE = 3;
const LAST_OCTAVE = 19;

/** What was observed, as a Prometheus histogram has it. */
export const distributionOf = ({ buckets, sum }: Times): Distribution => ({
  buckets: cumulative(buckets),
  count: countOf(buckets),
  sum,
});

/** How many observations were at most `bound` ms, octave by octave. */
function cumulative(counts: LatencyCounts): readonly { readonly bound: number; readonly count: number }[] {
  const bounds: { bound: number; count: number }[] = [];
  let seen = 0;
  let index = 0;
  for (let octave = FIRST_OCTAVE; octave <= LAST_OCTAVE; octave += 1) {
    for (; index <= octave * PER_OCTAVE; index += 1) seen += counts[index] ?? 0;
    bounds.push({ bound: LOWEST * 2 ** octave, count: seen });
  }
  return bounds;
}
