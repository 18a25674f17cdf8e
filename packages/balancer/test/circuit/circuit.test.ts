import { createBalancer, type BreakerOptions, type Lease, type LoadBalancer } from '@forebay/balancer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../support/manual-clock.js';
import { failTimes, picks } from '../support/picks.js';

interface Named {
  readonly name: string;
}

function oneEndpoint(breaker: BreakerOptions = {}): { balancer: LoadBalancer<Named>; clock: ManualClock } {
  const clock = new ManualClock();
  const settings = { blockDuration: 1000, jitter: 0, maxBlockDuration: 5000, trialTimeout: 400, ...breaker };
  return {
    balancer: createBalancer({ endpoints: [{ name: 'a' }], breaker: settings, panicThreshold: 0, clock }),
    clock,
  };
}

const circuitOf = (balancer: LoadBalancer<Named>): string | undefined => balancer.status()[0]?.circuit;

describe('the circuit', () => {
  it('opens after maxFailures consecutive failures and lets a trial decide when the block is over', () => {
    const { balancer, clock } = oneEndpoint();
    failTimes(balancer, 'a', 2);
    expect(circuitOf(balancer)).toBe('closed');
    failTimes(balancer, 'a', 1);
    expect(circuitOf(balancer)).toBe('open');
    expect(balancer.acquire()).toBeUndefined();
    expect(balancer.retryAfter()).toBe(1000);
    clock.pass(1000);
    expect(circuitOf(balancer)).toBe('half-open');
    const trial = balancer.acquire();
    expect(balancer.acquire()).toBeUndefined();
    trial?.success();
    expect(circuitOf(balancer)).toBe('closed');
  });

  it('doubles the block with each failed trial, up to the cap', () => {
    const { balancer, clock } = oneEndpoint();
    failTimes(balancer, 'a', 3);
    const blocks: number[] = [];
    for (let round = 0; round < 5; round++) {
      blocks.push(balancer.retryAfter());
      clock.pass(balancer.retryAfter());
      failTimes(balancer, 'a', 1);
    }
    expect(blocks).toEqual([1000, 2000, 4000, 5000, 5000]);
  });

  it('takes one failure off with each success', () => {
    const { balancer } = oneEndpoint();
    failTimes(balancer, 'a', 2);
    picks(balancer, 1);
    failTimes(balancer, 'a', 1);
    expect(balancer.status()[0]).toMatchObject({ circuit: 'closed', failures: 2 });
    failTimes(balancer, 'a', 1);
    expect(circuitOf(balancer)).toBe('open');
  });

  it('shortens a block by chance, so that endpoints do not come back together', () => {
    const clock = new ManualClock();
    const breaker = { maxFailures: 1, blockDuration: 1000, jitter: 0.5 };
    const balancer = createBalancer({
      endpoints: [{ name: 'a' }],
      breaker,
      panicThreshold: 0,
      clock,
      random: () => 0.5,
    });
    failTimes(balancer, 'a', 1);
    expect(balancer.retryAfter()).toBe(750);
  });

  it('gives up the place of a trial that hangs', () => {
    const { balancer, clock } = oneEndpoint();
    failTimes(balancer, 'a', 3);
    clock.pass(1000);
    balancer.acquire();
    clock.pass(399);
    expect(balancer.acquire()).toBeUndefined();
    clock.pass(1);
    expect(balancer.acquire()).toBeDefined();
  });

  it('gives up the place of a trial that was cancelled', () => {
    const { balancer, clock } = oneEndpoint();
    failTimes(balancer, 'a', 3);
    clock.pass(1000);
    balancer.acquire()?.release();
    expect(balancer.acquire()).toBeDefined();
  });

  it('opens by the share of failures in a window, if asked to', () => {
    const { balancer, clock } = oneEndpoint({ failureRate: 0.5, minimumCalls: 10, window: 1000 });
    failTimes(balancer, 'a', 5);
    clock.pass(2000);
    for (let pair = 0; pair < 4; pair++) {
      picks(balancer, 1);
      failTimes(balancer, 'a', 1);
    }
    picks(balancer, 1);
    expect(circuitOf(balancer)).toBe('closed');
    failTimes(balancer, 'a', 1);
    expect(circuitOf(balancer)).toBe('open');
  });

  it('tells its changes to those who listen, and to nobody else', () => {
    const { balancer, clock } = oneEndpoint();
    const seen: string[] = [];
    const stop = [
      balancer.on('block', ({ endpoint, durationMs, failures }) =>
        seen.push(`block ${endpoint.name} ${durationMs} ${failures}`),
      ),
      balancer.on('trial', ({ endpoint }) => seen.push(`trial ${endpoint.name}`)),
      balancer.on('recover', ({ endpoint }) => seen.push(`recover ${endpoint.name}`)),
    ];
    const round = (): void => {
      failTimes(balancer, 'a', 3);
      clock.pass(100_000);
      picks(balancer, 1);
    };
    round();
    for (const end of stop) end();
    round();
    expect(seen).toEqual(['block a 1000 3', 'trial a', 'recover a']);
  });

  it('tries an endpoint at once that probes found healthy again', () => {
    const { balancer } = oneEndpoint();
    failTimes(balancer, 'a', 3);
    balancer.setHealthy('a', false);
    balancer.setHealthy('a', true);
    picks(balancer, 1);
    expect(circuitOf(balancer)).toBe('closed');
  });

  it('tries a blocked endpoint that probes always found healthy, once a tenth of the block is over', () => {
    const { balancer, clock } = oneEndpoint();
    failTimes(balancer, 'a', 3);
    balancer.setHealthy('a', true);
    clock.pass(99);
    balancer.setHealthy('a', true);
    expect(circuitOf(balancer)).toBe('open');
    clock.pass(1);
    balancer.setHealthy('a', true);
    expect(circuitOf(balancer)).toBe('half-open');
    failTimes(balancer, 'a', 1);
    expect(balancer.retryAfter(), 'the block is longer the next time').toBe(2000);
  });
});

/** The rules of the contract, as plainly as they can be written down. */
class Model {
  state: 'closed' | 'open' | 'half-open' = 'closed';
  epoch = 0;
  failures = 0;
  until = 0;
  trials: { lease: number; expiresAt: number }[] = [];
  readonly begun = new Map<number, number>();
  readonly maxTrials: number;

  constructor(maxTrials: number) {
    this.maxTrials = maxTrials;
  }

  acquire(lease: number, now: number): boolean {
    if (this.state === 'open' && now < this.until) return false;
    if (this.state !== 'closed') {
      if (this.running(now) >= this.maxTrials) return false;
      if (this.state === 'open') this.change('half-open');
      this.trials.push({ lease, expiresAt: now + 400 });
    }
    this.begun.set(lease, this.epoch);
    return true;
  }

  running(now: number): number {
    return this.trials.filter(({ expiresAt }) => expiresAt > now).length;
  }

  settle(lease: number, outcome: 'success' | 'failure' | 'release', now: number): void {
    this.trials = this.trials.filter((trial) => trial.lease !== lease);
    if (outcome === 'release' || this.begun.get(lease) !== this.epoch) return;
    if (outcome === 'success') {
      this.failures = Math.max(0, this.failures - 1);
      if (this.state === 'half-open') this.change('closed');
      return;
    }
    this.failures++;
    if (this.state === 'closed' && this.failures < 3) return;
    this.until = now + Math.min(5000, 1000 * 2 ** Math.max(0, this.failures - 3));
    this.change('open');
  }

  change(state: Model['state']): void {
    this.state = state;
    this.epoch++;
    this.trials = [];
  }
}

describe('the circuit beside a reference model', () => {
  it('admits, blocks, tries and forgets alike, under any interleaving; late outcomes change nothing', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('acquire' as const) }) },
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constantFrom('success', 'failure', 'failure', 'release'), which: fc.nat() }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 100, 400, 1000, 5000) }),
      },
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120, size: 'max' }),
        fc.integer({ min: 1, max: 3 }),
        (steps, maxTrials) => {
          const { balancer, clock } = oneEndpoint({ maxTrials });
          const model = new Model(maxTrials);
          const open: { id: number; lease: Lease<Named> }[] = [];
          let id = 0;
          let isAlike = true;
          for (const { kind, ...rest } of steps) {
            if (kind === 'pass') clock.pass('ms' in rest ? rest.ms : 0);
            else if (kind === 'acquire') {
              const lease = balancer.acquire();
              isAlike &&= (lease !== undefined) === model.acquire(++id, clock.now());
              if (lease) open.push({ id, lease });
            } else if (open.length > 0) {
              const [settled] = open.splice(('which' in rest ? rest.which : 0) % open.length, 1);
              settled?.lease[kind]();
              model.settle(settled?.id ?? 0, kind, clock.now());
            }
            const [status] = balancer.status();
            const state = model.state === 'open' && clock.now() >= model.until ? 'half-open' : model.state;
            expect(status).toMatchObject({ circuit: state, failures: model.failures, inFlight: open.length });
            expect(isAlike).toBe(true);
            expect(model.running(clock.now())).toBeLessThanOrEqual(maxTrials);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has nothing in flight when all leases are settled, however often and in whatever order', () => {
    const ends = ['success', 'failure', 'release', 'outpaced'] as const;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...ends), fc.constantFrom(...ends)), {
          maxLength: 60,
          size: 'max',
        }),
        (steps) => {
          const balancer = createBalancer({ endpoints: [{ name: 'a', maxConcurrency: 3 }, { name: 'b' }] });
          const open: Lease<Named>[] = [];
          for (const [which, first, second] of steps) {
            const lease = balancer.acquire();
            if (lease) open.push(lease);
            expect(balancer.stats().inFlight).toBe(open.length);
            expect(balancer.status()[0]?.inFlight).toBeLessThanOrEqual(3);
            if (which % 3 === 0) continue;
            const [done] = open.splice(which % open.length, 1);
            done?.[first]();
            done?.[second]();
          }
          for (const lease of open) lease.release();
          expect(balancer.status().map(({ inFlight }) => inFlight)).toEqual([0, 0]);
        },
      ),
    );
  });
});
