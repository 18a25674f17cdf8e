import { createBalancer, type LoadBalancer } from '@forebay/balancer';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../support/manual-clock.js';

interface Named {
  readonly name: string;
}

const later = <T>(clock: ManualClock, ms: number, end: () => T): Promise<T> =>
  new Promise((resolve, reject) => {
    clock.setTimeout(() => {
      try {
        resolve(end());
      } catch (error) {
        reject(error);
      }
    }, ms);
  });

function make(reserve = 5): { balancer: LoadBalancer<Named>; clock: ManualClock } {
  const clock = new ManualClock();
  const hedge = { after: 50, ratio: 0, reserve };
  return { balancer: createBalancer<Named>({ endpoints: [{ name: 'a' }, { name: 'b' }], hedge, clock }), clock };
}

describe('hedging', () => {
  it('asks another endpoint too when the first is slow; the quicker answer wins and the other attempt is aborted', async () => {
    const { balancer, clock } = make();
    const aborted: string[] = [];
    const call = balancer.call(({ name }, { signal }) => {
      signal.addEventListener('abort', () => aborted.push(name));
      return later(clock, name === 'a' ? 500 : 20, () => name);
    });
    await clock.advance(70);
    expect(await call).toBe('b');
    expect(aborted).toEqual(['a']);
    expect(balancer.stats()).toMatchObject({ calls: 1, hedges: 1, retries: 0, inFlight: 0 });
    // Neutral for the circuit, but known to take 70 ms at least.
    expect(balancer.status()[0]).toMatchObject({ failures: 0, successes: 0, responseTimeMs: 70 });
  });

  it('does nothing for a call that is answered in time', async () => {
    const { balancer, clock } = make();
    const call = balancer.call(({ name }) => later(clock, 40, () => name));
    await clock.advance(200);
    expect(await call).toBe('a');
    expect(balancer.stats().hedges).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('has a budget of its own', async () => {
    const { balancer, clock } = make(1);
    for (const expected of [1, 1]) {
      const call = balancer.call(({ name }) => later(clock, 100, () => name));
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      await clock.advance(200);
      // oxlint-disable-next-line no-await-in-loop
      await call;
      expect(balancer.stats().hedges).toBe(expected);
    }
  });

  it('waits for the other attempt when one fails', async () => {
    const { balancer, clock } = make();
    const call = balancer.call(({ name }) =>
      later(clock, name === 'a' ? 60 : 100, () => {
        if (name === 'a') throw new Error('down');
        return name;
      }),
    );
    await clock.advance(150);
    expect(await call).toBe('b');
    expect(balancer.status().map(({ failures }) => failures)).toEqual([1, 0]);
  });

  it('goes by the deadline with both attempts', async () => {
    const { balancer, clock } = make();
    const call = balancer.call(() => new Promise(() => {}), { timeout: 80 });
    const caught = call.catch((error: unknown) => error);
    await clock.advance(80);
    expect(await caught).toMatchObject({ code: 'FOREBAY_DEADLINE' });
    expect(balancer.status().map(({ failures, inFlight }) => [failures, inFlight])).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });
});
