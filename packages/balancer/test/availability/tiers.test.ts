import { createBalancer, type LoadBalancer } from '@forebay/balancer';
import { describe, expect, it } from 'vitest';
import { tierLoads } from '../../src/availability/tiers.js';
import { countOf, picks } from '../support/picks.js';
import { seededRandom } from '../support/seeded-random.js';

describe('tierLoads', () => {
  it.each([
    [
      [1, 1],
      [1, 0],
    ],
    [
      [0.72, 1],
      [1, 0],
    ],
    [
      [0.71, 1],
      [0.99, 0.01],
    ],
    [
      [0.5, 0.5],
      [0.7, 0.3],
    ],
    [
      [0.25, 0.25],
      [0.5, 0.5],
    ],
    [
      [0, 1],
      [0, 1],
    ],
    [
      [0.25, 0.25, 1],
      [0.35, 0.35, 0.3],
    ],
    [
      [0, 0],
      [0, 0],
    ],
  ])('with %j available, loads priorities with %j as Envoy does', (available, loads) => {
    expect(tierLoads(available).map((load) => Number(load.toFixed(2)))).toEqual(loads);
  });
});

describe('the priority mode', () => {
  const endpoints = Array.from({ length: 4 }, (_, index) => [
    { name: `first-${index}`, priority: 1 },
    { name: `second-${index}`, priority: 2 },
  ]).flat();
  const tiers = (panicThreshold = 0.2): LoadBalancer<{ name: string }> =>
    createBalancer({ endpoints, priorityMode: 'tiers', panicThreshold, random: seededRandom(1) });
  const shareOfFirst = (balancer: LoadBalancer<{ name: string }>): number =>
    picks(balancer, 2000).filter((name) => name.startsWith('first')).length / 2000;

  it('tiers sends to priority 2 only what priority 1 cannot take', () => {
    const balancer = tiers();
    expect(shareOfFirst(balancer)).toBe(1);
    balancer.setHealthy('first-0', false);
    expect(shareOfFirst(balancer)).toBe(1);
    balancer.setHealthy('first-1', false);
    expect(shareOfFirst(balancer)).toBeCloseTo(0.7, 1);
    for (const name of ['first-2', 'first-3']) balancer.setHealthy(name, false);
    expect(shareOfFirst(balancer)).toBe(0);
    expect(balancer.stats().panic).toBe(false);
  });

  it('tiers falls back to any priority for a call whose own priority was all tried', () => {
    const first = new Set(['first-0', 'first-1', 'first-2', 'first-3']);
    expect(tiers().acquire({ exclude: first })?.endpoint.name).toBe('second-0');
  });

  it('tiers panics in a priority only when the others cannot carry its load', () => {
    const balancer = tiers(0.5);
    for (const index of [0, 1, 2])
      for (const tier of ['first', 'second']) balancer.setHealthy(`${tier}-${index}`, false);
    expect(balancer.stats().panic).toBe(true);
    expect(Object.keys(countOf(picks(balancer, 500)))).toHaveLength(8);
  });

  it('spread calls recorder interfaces by weight whatever their priorities', () => {
    const apis = [3, 2, 2, 1].map((weight, index) => ({ name: `api-${index + 1}`, weight, priority: index + 1 }));
    expect(countOf(picks(createBalancer({ endpoints: apis }), 80))).toEqual({
      'api-1': 30,
      'api-2': 20,
      'api-3': 20,
      'api-4': 10,
    });
  });
});
