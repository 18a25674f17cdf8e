import { createBalancer } from '@forebay/balancer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../support/manual-clock.js';
import { seededRandom } from '../support/seeded-random.js';

const behaviour = fc.record({
  ms: fc.integer({ min: 0, max: 300 }),
  end: fc.constantFrom('answer', 'answer', 'reject', 'throw', 'hang'),
});
const limit = fc.option(fc.integer({ min: 0, max: 250 }), { nil: Infinity });
const plan = fc.record({
  startAt: fc.integer({ min: 0, max: 200 }),
  attempts: fc.array(behaviour, { minLength: 1, maxLength: 5 }),
  timeout: limit,
  attemptTimeout: limit,
  hedgeAfter: limit,
  abortAt: limit,
});

describe('calls under any interleaving of answers, failures, throws, hangs, limits and aborts', () => {
  it('settle all, leave nothing in flight and no timer, and spend no more than the budgets', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 12, size: 'max' }),
        fc.integer(),
        async (plans, seed) => {
          const clock = new ManualClock();
          const balancer = createBalancer({
            endpoints: [{ name: 'a' }, { name: 'b' }, { name: 'c', maxConcurrency: 2 }],
            strategy: 'peak-ewma',
            breaker: { maxFailures: 2, blockDuration: 50 },
            retry: { attempts: 4, ratio: 0, reserve: 6 },
            hedge: { ratio: 0, reserve: 3 },
            clock,
            random: seededRandom(seed),
          });
          let lowest = 0;
          let ended = 0;
          for (const { startAt, attempts, abortAt, ...limits } of plans) {
            const controller = new AbortController();
            const attempt = ({ ms, end }: (typeof attempts)[number]): Promise<string> => {
              lowest = Math.min(lowest, ...balancer.status().map(({ inFlight }) => inFlight));
              if (end === 'throw') throw new Error('thrown');
              if (end === 'hang') return new Promise(() => {});
              return new Promise((resolve, reject) => {
                clock.setTimeout(() => (end === 'answer' ? resolve('here') : reject(new Error('rejected'))), ms);
              });
            };
            // Whoever hangs without any limit would hang for ever, as he asked.
            const timeout = Math.min(limits.timeout, 1000);
            clock.setTimeout(() => {
              const call = balancer.call((_, context) => attempt(attempts[context.attempt % attempts.length]!), {
                ...limits,
                timeout,
                signal: controller.signal,
              });
              call.then(
                () => ended++,
                () => ended++,
              );
            }, startAt);
            if (abortAt !== Infinity) clock.setTimeout(() => controller.abort(new Error('left')), startAt + abortAt);
          }
          await clock.advance(10_000);
          const { calls, attempts, retries, hedges, inFlight } = balancer.stats();
          expect({ ended, lowest, inFlight, timers: clock.pending }).toEqual({
            ended: plans.length,
            lowest: 0,
            inFlight: 0,
            timers: 0,
          });
          expect(calls).toBe(plans.length);
          expect(attempts).toBeLessThanOrEqual(calls + retries + hedges);
          expect(hedges).toBeLessThanOrEqual(3);
          // The reserve comes back within ten seconds, and calls last little more than one.
          expect(retries).toBeLessThanOrEqual(6 + 1);
        },
      ),
      { numRuns: 60 },
    );
  });
});
