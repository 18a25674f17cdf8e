import { createBalancer } from '@forebay/balancer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../support/manual-clock.js';
import { countOf, failTimes, picks, take } from '../support/picks.js';

const named = (count: number): { name: string }[] =>
  Array.from({ length: count }, (_, index) => ({ name: `e${index}` }));

describe('panic mode', () => {
  it('tries everyone while fewer than the threshold are fit', () => {
    const balancer = createBalancer({ endpoints: named(5), panicThreshold: 0.5 });
    for (const name of ['e0', 'e1']) failTimes(balancer, name, 3);
    expect(Object.keys(countOf(picks(balancer, 30)))).toEqual(['e2', 'e3', 'e4']);
    failTimes(balancer, 'e2', 3);
    expect(balancer.stats().panic).toBe(true);
  });

  it('gives any set of endpoints that are on a pick', () => {
    const fault = fc.constantFrom(
      'fine',
      'blocked',
      'unhealthy',
      'unhealthy and held',
      'unhealthy without a share',
      'drained',
    );
    fc.assert(
      fc.property(
        fc.array(fault, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('spread' as const, 'tiers' as const),
        (faults, mode) => {
          const endpoints = faults.map((_, index) => ({ name: `e${index}`, priority: 1 + (index % 2) }));
          const balancer = createBalancer({
            endpoints,
            priorityMode: mode,
            panicThreshold: 1,
            breaker: { maxFailures: 1 },
          });
          for (const [index, kind] of faults.entries()) {
            const name = `e${index}`;
            if (kind === 'blocked') take(balancer, name)?.failure();
          }
          for (const [index, kind] of faults.entries()) {
            const name = `e${index}`;
            if (kind.startsWith('unhealthy')) balancer.setHealthy(name, false);
            if (kind.endsWith('held')) balancer.hold(name, 1000);
            if (kind.endsWith('share')) balancer.setWeightShare(name, 0);
            if (kind === 'drained') balancer.updateEndpoint(name, { enabled: false });
          }
          const on = faults.filter((kind) => kind !== 'drained').length;
          expect(balancer.acquire() !== undefined).toBe(on > 0);
        },
      ),
    );
  });

  it('brings all endpoints back together once one answers after an outage', () => {
    const clock = new ManualClock();
    const balancer = createBalancer({ endpoints: named(10), clock });
    for (const { name } of named(10)) failTimes(balancer, name, 3);
    clock.pass(10_000);
    expect(balancer.healthy()).toEqual([]);
    picks(balancer, 10);
    expect(balancer.healthy()).toHaveLength(10);
  });

  it('does not let its own failures lengthen blocks', () => {
    const clock = new ManualClock();
    const balancer = createBalancer({ endpoints: named(1), breaker: { jitter: 0 }, clock });
    failTimes(balancer, 'e0', 3);
    const until = balancer.status()[0]?.blockedUntil;
    failTimes(balancer, 'e0', 20);
    expect(balancer.status()[0]?.blockedUntil).toBe(until);
  });
});

describe('slow start', () => {
  it('gives a recovered endpoint its weight back little by little, but never at the start of the process', () => {
    const clock = new ManualClock();
    const balancer = createBalancer({ endpoints: named(2), slowStart: { window: 10_000, minimum: 0.1 }, clock });
    expect(countOf(picks(balancer, 10))).toEqual({ e0: 5, e1: 5 });
    balancer.setHealthy('e1', false);
    balancer.setHealthy('e1', true);
    const weight = (): number | undefined => balancer.status()[1]?.effectiveWeight;
    expect(weight()).toBe(0.1);
    expect(countOf(picks(balancer, 22))).toEqual({ e0: 20, e1: 2 });
    clock.pass(5000);
    expect(weight()).toBe(0.5);
    clock.pass(5000);
    expect(weight()).toBe(1);
    expect(countOf(picks(balancer, 10))).toEqual({ e0: 5, e1: 5 });
  });
});

describe('outlier ejection', () => {
  it('takes out the endpoint whose success rate lies far below the others’, for a while', () => {
    const clock = new ManualClock();
    const balancer = createBalancer({ endpoints: named(10), breaker: { maxFailures: 1e6 }, clock });
    const ejected: string[] = [];
    balancer.on('eject', ({ endpoint }) => ejected.push(endpoint.name));
    for (let call = 0; call < 100; call++) {
      for (const { name } of named(10)) {
        const lease = take(balancer, name);
        if (name === 'e4' && call % 2 === 0) lease?.failure();
        else lease?.success(10);
      }
    }
    clock.pass(10_000);
    picks(balancer, 1);
    expect(ejected).toEqual(['e4']);
    expect(balancer.blocked()).toEqual([{ name: 'e4' }]);
    expect(countOf(picks(balancer, 90))['e4']).toBeUndefined();
    clock.pass(30_000);
    expect(balancer.blocked()).toEqual([]);
  });

  it('spends no place on an endpoint that its circuit keeps out', () => {
    const clock = new ManualClock();
    const balancer = createBalancer({
      endpoints: named(10),
      breaker: { maxFailures: 10 },
      outliers: { minimumCalls: 20 },
      clock,
    });
    const ejected: string[] = [];
    balancer.on('eject', ({ endpoint }) => ejected.push(endpoint.name));
    for (let call = 0; call < 100; call++) {
      for (const { name } of named(10)) {
        const lease = take(balancer, name);
        if ((name === 'e4' && call % 10 === 0) || (name === 'e7' && call >= 10)) lease?.failure();
        else lease?.success(10);
      }
    }
    expect(balancer.blocked()).toEqual([{ name: 'e7' }]);
    clock.pass(10_000);
    picks(balancer, 1);
    expect(ejected).toEqual(['e4']);
  });

  it('never has more out than the cap, one aside', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 15 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rates, maxEjected) => {
          const clock = new ManualClock();
          const endpoints = named(rates.length);
          const outliers = { maxEjected, minimumCalls: 10, deviations: 0.2, interval: 1000 };
          const balancer = createBalancer({
            endpoints,
            breaker: { maxFailures: 1e6 },
            outliers,
            panicThreshold: 0,
            clock,
          });
          for (let round = 0; round < 4; round++) {
            for (const [index, { name }] of endpoints.entries()) {
              for (let call = 0; call < 10; call++) {
                const lease = take(balancer, name);
                if (call / 10 < rates[index]!) lease?.success(1);
                else lease?.failure();
              }
            }
            clock.pass(1000);
            picks(balancer, 1);
            expect(balancer.blocked().length).toBeLessThanOrEqual(Math.max(1, Math.floor(rates.length * maxEjected)));
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('hold', () => {
  it('leaves an endpoint alone for a while without counting a failure', () => {
    const clock = new ManualClock();
    const balancer = createBalancer({ endpoints: named(2), clock });
    balancer.hold('e0', 2000);
    expect(picks(balancer, 3)).toEqual(['e1', 'e1', 'e1']);
    expect(balancer.status()[0]).toMatchObject({ failures: 0, circuit: 'closed', heldUntil: clock.now() + 2000 });
    balancer.hold('e1', 5000);
    expect(balancer.acquire()).toBeUndefined();
    expect(balancer.retryAfter()).toBe(2000);
    clock.pass(2000);
    expect(picks(balancer, 1)).toEqual(['e0']);
  });
});
