import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noCounts, noRouteCounts, overall, type Counts } from '../../src/metrics/counts.js';
import { distributionOf, emptyLatencies, observe, percentile } from '../../src/metrics/latency-histogram.js';
import { Ledger } from '../../src/metrics/ledger.js';
import { RouteTraffic } from '../../src/metrics/traffic.js';

const after = (requests: number): Counts => ({
  ...noCounts(),
  routes: { images: { ...noRouteCounts(), requests } },
});
const requests = (ledger: Ledger): number => overall(ledger.total()).requests;

describe('the ledger', () => {
  it('keeps what a worker counted when it is gone, and counts on with its successor', () => {
    const ledger = new Ledger();
    ledger.report('worker-0.1', after(10));
    ledger.report('worker-1.2', after(5));
    expect(requests(ledger)).toBe(15);
    ledger.keepOnly(new Set(['worker-1.2']));
    expect(requests(ledger)).toBe(15);
    ledger.report('worker-0.3', after(1));
    expect(requests(ledger)).toBe(16);
  });

  it('never goes backwards, whatever workers come, go and report', () => {
    const step = fc.record({ slot: fc.nat(2), more: fc.nat(100), dies: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let ledger = new Ledger();
        const workers = [0, 1, 2].map((slot) => ({ name: `worker-${slot}.0` as const, counted: 0, generation: 0 }));
        const names = workers.map(({ name }): string => name);
        let last = 0;
        let all = 0;
        for (const { dies, more, slot } of steps) {
          const worker = workers[slot];
          if (worker === undefined) continue;
          worker.counted += more;
          all += more;
          ledger.report(names[slot] as 'worker-0.0', after(worker.counted));
          if (dies) {
            worker.generation += 1;
            worker.counted = 0;
            names[slot] = `worker-${slot}.${worker.generation}`;
            ledger.keepOnly(new Set(names));
            // A reload hands the state on.
            ledger = new Ledger(structuredClone(ledger.state()));
          }
          const now = requests(ledger);
          expect(now).toBeGreaterThanOrEqual(last);
          expect(now).toBe(all);
          last = now;
        }
      }),
    );
  });
});

describe('a latency histogram', () => {
  it('gives every observation to the first bound that is not below it', () => {
    const counts = emptyLatencies();
    for (const ms of [0, 0.4, 0.5, 0.51, 1, 100, 32_768, 1e9]) observe(counts, ms);
    const { buckets, count } = distributionOf({ buckets: counts, sum: 0 });
    expect(count).toBe(8);
    const upTo = (bound: number): number | undefined => buckets.find((bucket) => bucket.bound === bound)?.count;
    expect([upTo(0.5), upTo(1), upTo(64), upTo(128), upTo(32_768)]).toEqual([3, 5, 5, 6, 7]);
    expect(percentile(counts, 0.5)).toBeGreaterThan(0.5);
  });
});

describe('the traffic of a route', () => {
  it('counts hits of the fast path with the rest', () => {
    const traffic = new RouteTraffic();
    traffic.hit(200, 100);
    traffic.hit(304, 0);
    traffic.hit(206, 50);
    const { answers, bytes, tiers, times } = traffic.counts();
    expect({ answers, bytes, tiers }).toEqual({
      answers: { '2xx hit': 2, '3xx hit': 1 },
      bytes: 150,
      tiers: { memory: 3 },
    });
    expect(times.buckets[0]).toBe(3);
  });

  it('tells so many upstreams apart, and no more', () => {
    const traffic = new RouteTraffic();
    const attempt = { statusCode: 200, error: undefined, durationMs: 1, kind: 'first' } as const;
    for (let index = 0; index < 10_000; index += 1) traffic.attempted({ ...attempt, origin: `${index}.example` });
    const { upstreams } = traffic.counts();
    expect(Object.keys(upstreams)).toHaveLength(501);
    expect(upstreams['other']?.calls).toBe(9500);
  });
});
