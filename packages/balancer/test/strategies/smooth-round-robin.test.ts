import { createBalancer } from '@forebay/balancer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countOf, picks } from '../support/picks.js';

const weighted = (...weights: number[]): { name: string; weight: number }[] =>
  weights.map((weight, index) => ({ name: String.fromCodePoint(97 + index), weight }));

describe('round-robin', () => {
  it.each([
    [[5, 1, 1], 'aabacaa'],
    [[3, 2, 2, 1], 'abcadbca'],
    [[1, 1, 1], 'abcabc'],
  ])('spreads weights %j as nginx does: %s', (weights, sequence) => {
    const balancer = createBalancer({ endpoints: weighted(...weights), strategy: 'round-robin' });
    expect(picks(balancer, sequence.length).join('')).toBe(sequence);
  });

  it('gives every endpoint exactly its weight in any Σ weights consecutive picks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
        fc.nat(40),
        (weights, start) => {
          const endpoints = weighted(...weights);
          const balancer = createBalancer({ endpoints });
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          picks(balancer, start);
          expect(countOf(picks(balancer, total))).toEqual(
            Object.fromEntries(endpoints.map(({ name, weight }) => [name, weight])),
          );
        },
      ),
    );
  });

  it('decides ties by priority', () => {
    const balancer = createBalancer({ endpoints: [{ name: 'second', priority: 2 }, { name: 'first' }] });
    expect(picks(balancer, 2)).toEqual(['first', 'second']);
  });

  it('lowers the turns of an endpoint that fails, and gives them back', () => {
    const balancer = createBalancer({ endpoints: weighted(6, 6), breaker: { maxFailures: 2 } });
    balancer.acquire()?.failure();
    expect(balancer.status().map(({ weightInForce }) => weightInForce)).toEqual([3, 6]);
    expect(countOf(picks(balancer, 4))).toEqual({ a: 1, b: 3 });
    picks(balancer, 20);
    expect(countOf(picks(balancer, 20))).toEqual({ a: 10, b: 10 });
  });
});
