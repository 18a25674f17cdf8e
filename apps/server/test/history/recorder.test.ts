import { describe, expect, it } from 'vitest';
import { noCounts, noRouteCounts, type Counts } from '../../src/metrics/counts.js';
import { emptyLatencies, observe } from '../../src/metrics/latency-histogram.js';
import { Recorder } from '../../src/history/recorder.js';

/** Totals after so many requests, each of 10 ms, of which half were hits. */
function after(requests: number): Counts {
  const buckets = emptyLatencies();
  observe(buckets, 10, requests);
  const one = { calls: requests, retries: 0, hedges: 0, resumes: 0, results: { '2xx': requests - 1, ETIMEDOUT: 1 } };
  return {
    ...noCounts(),
    routes: {
      images: {
        ...noRouteCounts(),
        requests,
        bytes: requests * 100,
        answers: { '2xx hit': requests / 2, '5xx none': requests / 2 },
        tiers: { memory: requests / 2 },
        misses: requests / 2,
        times: { buckets, sum: requests * 10 },
        upstreams: { one: { ...one, times: { buckets, sum: requests * 10 } } },
      },
    },
  };
}
const START = Date.UTC(2026, 0, 1);

describe('the history', () => {
  it('holds what each second added, beginning with what was there when it began', () => {
    const recorder = new Recorder();
    recorder.record(START, after(100));
    recorder.record(START + 1000, after(110));
    recorder.record(START + 3000, after(110));
    const { seconds } = recorder.series();
    expect(seconds.map((point) => [point.requests, point.seconds])).toEqual([
      [0, 1],
      [10, 1],
      [0, 2],
    ]);
    expect(seconds[1]).toMatchObject({ hits: { memory: 5 }, misses: 5, errors: 5, bytes: 1000, upstream_calls: 10 });
    expect(seconds[1]?.p50_ms).toBeCloseTo(10, 0);
    expect(seconds[2]).toMatchObject({ p50_ms: null, hits: {} });
    expect(recorder.upstream('images', 'one').map(({ calls, responseMs }) => [calls, responseMs])).toEqual([
      [0, undefined],
      [10, 10],
      [0, undefined],
    ]);
  });

  it('keeps five minutes by the second and a day by five minutes, however long it runs', () => {
    const recorder = new Recorder();
    // Two days, a look every 30 s.
    for (let look = 0; look <= 5760; look += 1) recorder.record(START + look * 30_000, after(look * 2));
    const { seconds, slots } = recorder.series();
    expect(seconds).toHaveLength(300);
    expect(slots).toHaveLength(289);
    expect(slots.slice(0, 288).every(({ requests }) => requests === 20)).toBe(true);
    expect(Date.parse(slots[0]?.at ?? '')).toBe(START + 86_400_000);
    expect(recorder.upstream('images', 'one')).toHaveLength(60);
  });

  it('goes on where another left off', () => {
    const first = new Recorder();
    first.record(START, after(0));
    first.record(START + 1000, after(4));
    const second = new Recorder(structuredClone(first.state()));
    second.record(START + 2000, after(10));
    expect(second.series().seconds.map(({ requests }) => requests)).toEqual([0, 4, 6]);
    expect(second.series().slots.map(({ requests }) => requests)).toEqual([10]);
  });
});
