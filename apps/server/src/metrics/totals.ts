import { addLatencies } from './latency-histogram.js';
import { emptyCounts, increment, type TrafficCounts } from './traffic.js';

/** Adds up what several processes counted. */
export function sumCounts(parts: readonly TrafficCounts[]): TrafficCounts {
  const total = emptyCounts();
  for (const part of parts) {
    total.requests += part.requests;
    total.bytes += part.bytes;
    total.misses += part.misses;
    total.upstream.calls += part.upstream.calls;
    total.upstream.retries += part.upstream.retries;
    total.upstream.hedges += part.upstream.hedges;
    addAll(total.byClass, part.byClass);
    addAll(total.byOutcome, part.byOutcome);
    addAll(total.byTier, part.byTier);
    addAll(total.problems, part.problems);
    addAll(total.upstream.byResult, part.upstream.byResult);
    addLatencies(total.latencies, part.latencies);
  }
  return total;
}

function addAll(into: Record<string, number>, other: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(other)) increment(into, name, count);
}
