import { createBalancer, type StrategyName } from '@forebay/balancer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../support/manual-clock.js';
import { countOf, failTimes, picks, take } from '../support/picks.js';
import { seededRandom } from '../support/seeded-random.js';

const names: readonly StrategyName[] = ['weighted-random', 'round-robin', 'least-connections', 'peak-ewma', 'adaptive'];
const twoEndpoints = [{ name: 'a' }, { name: 'b' }];

describe.each(names)('the strategy %s', (strategy) => {
  it('is left as it was by looking: peek foretells the pick, status and recommend change nothing', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.boolean(), { maxLength: 40, size: 'max' }), (seed, looks) => {
        const endpoints = [{ name: 'a', weight: 3 }, { name: 'b' }, { name: 'c', priority: 2 }];
        const make = (): ReturnType<typeof createBalancer> =>
          createBalancer({
            endpoints,
            strategy,
            priorityMode: 'tiers',
            clock: new ManualClock(),
            random: seededRandom(seed),
          });
        const [looked, plain] = [make(), make()];
        for (const look of looks) {
          let foretold = plain.peek()?.name;
          if (look) {
            looked.status();
            looked.recommend();
            looked.retryAfter();
            foretold = looked.peek()?.name;
          }
          const [one, other] = [looked.acquire(), plain.acquire()];
          expect(one?.endpoint).toBe(other?.endpoint);
          expect(one?.endpoint.name).toBe(foretold);
          one?.success(20);
          other?.success(20);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('picks only from those that may be tried', () => {
    const balancer = createBalancer({ endpoints: [...twoEndpoints, { name: 'c' }], strategy, random: seededRandom(1) });
    balancer.setHealthy('b', false);
    expect(countOf(picks(balancer, 50))['b']).toBeUndefined();
  });
});

describe('weighted-random', () => {
  it('picks by weight', () => {
    const endpoints = [{ name: 'a', weight: 3 }, { name: 'b' }];
    const balancer = createBalancer({ endpoints, strategy: 'weighted-random', random: seededRandom(7) });
    const { a = 0 } = countOf(picks(balancer, 4000));
    expect(a / 4000).toBeCloseTo(0.75, 1);
  });
});

describe('least-connections', () => {
  it('picks the endpoint with the fewest calls in flight for its weight', () => {
    const endpoints = [{ name: 'a', weight: 2 }, { name: 'b' }];
    const balancer = createBalancer({ endpoints, strategy: 'least-connections' });
    const taken = Array.from({ length: 9 }, () => balancer.acquire()?.endpoint.name ?? '-');
    expect(countOf(taken)).toEqual({ a: 6, b: 3 });
  });

  it('keeps to the weights when nothing is in flight', () => {
    const endpoints = [{ name: 'a', weight: 3 }, { name: 'b' }];
    const balancer = createBalancer({ endpoints, strategy: 'least-connections' });
    expect(countOf(picks(balancer, 8))).toEqual({ a: 6, b: 2 });
  });
});

describe('peak-ewma', () => {
  it('prefers the quicker endpoint, and one that answers to one that fails fast', () => {
    const clock = new ManualClock();
    const endpoints = [...twoEndpoints, { name: 'c' }];
    const balancer = createBalancer({
      endpoints,
      strategy: 'peak-ewma',
      breaker: { maxFailures: 100 },
      clock,
      random: seededRandom(3),
    });
    take(balancer, 'a')?.success(50);
    take(balancer, 'b')?.success(200);
    take(balancer, 'c')?.success(40);
    failTimes(balancer, 'c', 10);
    const counts = countOf(picks(balancer, 300, 50));
    expect(counts['a']).toBeGreaterThan(counts['b'] ?? 0);
    expect(counts['a']).toBeGreaterThan(counts['c'] ?? 0);
  });

  it('lets an idle endpoint that was slow decay back into play', () => {
    const clock = new ManualClock();
    const balancer = createBalancer({ endpoints: twoEndpoints, strategy: 'peak-ewma', clock, random: seededRandom(3) });
    take(balancer, 'a')?.success(20);
    take(balancer, 'b')?.success(400);
    expect(countOf(picks(balancer, 20, 20))).toEqual({ a: 20 });
    for (let second = 0; second < 40; second++) {
      clock.pass(1000);
      take(balancer, 'a')?.success(20);
    }
    expect(balancer.peek()?.name).toBe('b');
  });
});

describe('adaptive', () => {
  const shares = (probes: [number, number], answers: [number, number]): number => {
    const clock = new ManualClock();
    const balancer = createBalancer({ endpoints: twoEndpoints, strategy: 'adaptive', clock, random: seededRandom(5) });
    for (const [index, name] of ['a', 'b'].entries()) {
      balancer.recordProbe(name, probes[index]!);
      take(balancer, name)?.success(answers[index]);
    }
    const chosen = Array.from({ length: 2000 }, () => {
      const lease = balancer.acquire();
      lease?.release();
      return lease?.endpoint.name ?? '-';
    });
    return (countOf(chosen)['a'] ?? 0) / 2000;
  };

  it('weighs by response time of requests and probes, with nothing clamped above', () => {
    // a: 0.5 × 50 × 1000 / 10 + 0.5 × 20 × 1000 / 10 = 3500; b: the same with 40 ms = 875
    expect(shares([10, 40], [10, 40])).toBeCloseTo(0.8, 1);
    // a: 0.5 × 50 × 1000 / 20 + 0.5 × 20 × 1000 / 80 = 1375; b: 0.5 × 50 × 1000 / 80 + 0.5 × 20 × 1000 / 20 = 812.5
    expect(shares([80, 20], [20, 80])).toBeCloseTo(0.63, 1);
  });

  it('leaves a slow endpoint a hundredth of the best one’s weight', () => {
    const share = 1 - shares([1, 100_000], [1, 100_000]);
    expect(share).toBeGreaterThan(0.003);
    expect(share).toBeLessThan(0.03);
  });

  it('gives an endpoint of which nothing is known the mean of the others', () => {
    const balancer = createBalancer({
      endpoints: twoEndpoints,
      strategy: 'adaptive',
      clock: new ManualClock(),
      random: seededRandom(5),
    });
    take(balancer, 'a')?.success(50);
    const chosen = Array.from({ length: 1000 }, () => {
      const lease = balancer.acquire();
      lease?.release();
      return lease?.endpoint.name ?? '-';
    });
    expect((countOf(chosen)['a'] ?? 0) / 1000).toBeCloseTo(0.5, 1);
  });

  it('believes in the predictor that has been less wrong', () => {
    const clock = new ManualClock();
    const balancer = createBalancer({ endpoints: twoEndpoints, strategy: 'adaptive', clock, random: seededRandom(5) });
    for (const [name, probe] of [
      ['a', 10],
      ['b', 10_000],
    ] as const)
      balancer.recordProbe(name, probe);
    for (let index = 0; index < 60; index++) for (const name of ['a', 'b']) take(balancer, name)?.success(100);
    // Both answer alike, whatever their probes say.
    expect((countOf(picks(balancer, 1000, 100))['a'] ?? 0) / 1000).toBeCloseTo(0.5, 1);
  });

  it('shows the weights that it picks by', () => {
    const clock = new ManualClock();
    const endpoints = [{ name: 'a', weight: 2 }, { name: 'b' }, { name: 'c' }, { name: 'd' }];
    const balancer = createBalancer({ endpoints, strategy: 'adaptive', clock, breaker: { maxFailures: 9 } });
    const weights = (): readonly number[] => balancer.status().map(({ weightInForce }) => weightInForce);
    expect(weights()).toEqual([2, 1, 1, 1]);
    balancer.recordProbe('a', 40);
    take(balancer, 'a')?.success(100);
    take(balancer, 'b')?.success(50);
    take(balancer, 'c')?.success(1e9);
    // a: 2 × (0.5 × 50 × 1000 / 100 + 0.5 × 20 × 1000 / 40); b: 0.5 × 50 × 1000 / 50 + 0.5 × 20 × 1000 / 50; d: the mean
    expect(weights()[0]).toBeCloseTo(1000);
    expect(weights()[1]).toBeCloseTo(700);
    expect(weights()[2]).toBeCloseTo(10);
    expect(weights()[3]).toBeCloseTo((500 + 700) / 3, 0);
    take(balancer, 'b')?.failure();
    expect(weights()[1]).toBeCloseTo(700 * 0.9 ** 3);
    expect(balancer.status().map(({ effectiveWeight }) => effectiveWeight)).toEqual([2, 1, 1, 1]);
  });

  it('weighs anew after each probe, change of settings and reset', () => {
    const balancer = createBalancer({ endpoints: twoEndpoints, strategy: 'adaptive', clock: new ManualClock() });
    const weights = (): readonly number[] => balancer.status().map(({ weightInForce }) => weightInForce);
    for (const name of ['a', 'b']) take(balancer, name)?.success(100);
    expect(weights()).toEqual([350, 350]);
    balancer.recordProbe('a', 50);
    expect(weights()).toEqual([450, 350]);
    balancer.updateConfig({ adaptive: { dynamicMultiplier: 100 } });
    expect(weights()).toEqual([700, 600]);
    balancer.setWeightShare('b', 0.5);
    expect(weights()).toEqual([700, 300]);
    balancer.reset('a');
    // Its probe is still known, and stands for its requests too.
    expect(weights()).toEqual([1200, 300]);
  });

  it('is not emptied by one slow answer', () => {
    const balancer = createBalancer({
      endpoints: twoEndpoints,
      strategy: 'adaptive',
      clock: new ManualClock(),
      random: seededRandom(5),
    });
    for (let index = 0; index < 10; index++) for (const name of ['a', 'b']) take(balancer, name)?.success(20);
    take(balancer, 'b')?.success(200);
    expect(countOf(picks(balancer, 1000, 20))['b']).toBeGreaterThan(250);
  });

  it('does not send traffic to an endpoint because it fails fast', () => {
    const balancer = createBalancer({
      endpoints: twoEndpoints,
      strategy: 'adaptive',
      breaker: { maxFailures: 1000 },
      clock: new ManualClock(),
      random: seededRandom(5),
    });
    for (const name of ['a', 'b']) take(balancer, name)?.success(20);
    failTimes(balancer, 'b', 20);
    expect(countOf(picks(balancer, 100, 20))['b'] ?? 0).toBeLessThan(10);
  });
});

describe('a strategy of one’s own', () => {
  it('sees the candidates and decides', () => {
    const balancer = createBalancer({
      endpoints: [...twoEndpoints, { name: 'c', weight: 9 }],
      strategy: (candidates) => candidates.toSorted((x, y) => y.weight - x.weight)[0]!,
    });
    expect(picks(balancer, 3)).toEqual(['c', 'c', 'c']);
  });

  it('is refused a candidate that it made up', () => {
    const balancer = createBalancer({ endpoints: twoEndpoints, strategy: (candidates) => ({ ...candidates[0]! }) });
    expect(() => balancer.acquire()).toThrow(TypeError);
  });
});
