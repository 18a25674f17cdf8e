import { createBalancer, createRetryBudget, fullJitterBackoff } from '@forebay/balancer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../support/manual-clock.js';

describe('the retry budget', () => {
  it('allows a share of the calls plus the reserve, whatever the order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 300, size: 'max' }),
        fc.integer({ min: 0, max: 5 }),
        (steps, reserve) => {
          const budget = createRetryBudget({ ratio: 0.2, reserve, clock: new ManualClock() });
          let calls = 0;
          let retries = 0;
          for (const isCall of steps) {
            if (isCall) {
              budget.deposit();
              calls++;
            } else if (budget.tryWithdraw()) retries++;
            expect(retries).toBeLessThanOrEqual(calls * 0.2 + reserve + 1e-6);
          }
          expect(budget.remaining).toBe(Math.floor(calls * 0.2 + reserve - retries + 1e-6));
        },
      ),
    );
  });

  it('gives the reserve back within ten seconds', () => {
    const clock = new ManualClock();
    const budget = createRetryBudget({ reserve: 10, clock });
    while (budget.tryWithdraw());
    expect(budget.remaining).toBe(0);
    clock.pass(5000);
    expect(budget.remaining).toBe(5);
    clock.pass(50_000);
    expect(budget.remaining).toBe(10);
  });

  it('keeps no more than its capacity of what was earned', () => {
    const budget = createRetryBudget({ ratio: 1, reserve: 0, capacity: 3, clock: new ManualClock() });
    for (let call = 0; call < 50; call++) budget.deposit();
    expect(budget.remaining).toBe(3);
  });

  it('bounds the attempts of calls that all fail', async () => {
    const balancer = createBalancer({
      endpoints: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      retry: { ratio: 0.2, reserve: 5 },
      breaker: { maxFailures: 1e6 },
      clock: new ManualClock(),
    });
    let attempts = 0;
    for (let call = 0; call < 200; call++) {
      const fails = (): Promise<never> => {
        attempts++;
        return Promise.reject(new Error('down'));
      };
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      await expect(balancer.call(fails)).rejects.toMatchObject({ code: 'FOREBAY_ALL_FAILED' });
    }
    expect(attempts).toBe(200 + 40 + 5);
    expect(balancer.stats()).toMatchObject({ calls: 200, retries: 45, exhausted: 200, attempts: 245 });
  });
});

describe('fullJitterBackoff', () => {
  it('grows, is capped, and lies anywhere from 0 up', () => {
    expect([0, 1, 2, 9].map((attempt) => fullJitterBackoff(attempt, 100, 500, () => 0.5))).toEqual([50, 100, 200, 250]);
    expect(fullJitterBackoff(3, 100, 500, () => 0)).toBe(0);
  });
});
