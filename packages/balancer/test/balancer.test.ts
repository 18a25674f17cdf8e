import { createBalancer, isBalancerError, type BalancerOptions } from '@forebay/balancer';
import { describe, expect, it } from 'vitest';
import { ManualClock } from './support/manual-clock.js';
import { countOf, failTimes, picks, take } from './support/picks.js';

interface Api {
  readonly name: string;
  readonly weight?: number;
  readonly priority?: number;
  readonly url?: string;
}

const apis: readonly Api[] = [
  { name: 'web', weight: 3, url: 'https://web.test' },
  { name: 'mobile', weight: 1, priority: 2 },
];

describe('createBalancer', () => {
  it('hands back the endpoint that was given, fields of one’s own and all', () => {
    const balancer = createBalancer({ endpoints: apis });
    expect(balancer.acquire()?.endpoint).toBe(apis[0]);
    expect(balancer.status()[0]?.endpoint.url).toBe('https://web.test');
  });

  it.each<[Partial<BalancerOptions<Api>>, string]>([
    [{ panicThreshold: 2 }, 'panicThreshold must be a number from 0 to 1, not 2'],
    [{ breaker: { maxFailures: 0 } }, 'breaker.maxFailures must be a number from 1 to Infinity, not 0'],
    [{ retry: { ratio: NaN } }, 'retry.ratio must be a number from 0 to Infinity, not NaN'],
    [{ timeout: '1s' as unknown as number }, 'timeout must be a number from 0 to Infinity, not 1s'],
    [{ strategy: 'fastest' as 'adaptive' }, 'strategy must be a function or a known name, not fastest'],
    [{ priorityMode: 'first' as 'tiers' }, 'priorityMode must be spread or tiers, not first'],
    [{ endpoints: [{ name: 'a', weight: 0 }] }, 'weight must be a number from 0.001 to Infinity, not 0'],
    [{ endpoints: [{ name: 'a' }, { name: 'a' }] }, 'name must be a string that is free, not a'],
  ])('refuses %j', (options, message) => {
    expect(() => createBalancer({ endpoints: apis, ...options })).toThrow(message);
  });
});

describe('changes at run time', () => {
  it('re-weights, drains and brings back', () => {
    const balancer = createBalancer({ endpoints: apis });
    balancer.updateEndpoint('mobile', { weight: 3 });
    expect(countOf(picks(balancer, 6))).toEqual({ web: 3, mobile: 3 });
    balancer.updateEndpoint('web', { enabled: false });
    expect(countOf(picks(balancer, 4))).toEqual({ mobile: 4 });
    expect(() => balancer.updateEndpoint('web', { weight: -1 })).toThrow(RangeError);
    balancer.updateEndpoint('web', { enabled: true, priority: 3 });
    expect(balancer.status()[0]).toMatchObject({ enabled: true, weight: 3, priority: 3 });
  });

  it('keeps the state of others when endpoints come and go, and settles leases of those removed', () => {
    const balancer = createBalancer({ endpoints: apis });
    failTimes(balancer, 'web', 2);
    const lease = take(balancer, 'mobile');
    expect(balancer.remove('mobile')).toBe(true);
    expect(balancer.remove('mobile')).toBe(false);
    balancer.add({ name: 'extra' });
    lease?.failure(new Error('late'));
    expect(balancer.status()).toMatchObject([
      { name: 'web', failures: 2 },
      { name: 'extra', failures: 0, inFlight: 0 },
    ]);
    balancer.add({ name: 'mobile' });
    expect(balancer.status()[2]).toMatchObject({ failures: 0, inFlight: 0 });
  });

  it('takes new settings without forgetting, and refuses wrong ones without changing', () => {
    const balancer = createBalancer({ endpoints: apis, breaker: { blockDuration: 1000 }, panicThreshold: 0 });
    failTimes(balancer, 'web', 1);
    expect(() => balancer.updateConfig({ breaker: { maxFailures: -1 }, panicThreshold: 0.5 })).toThrow(RangeError);
    balancer.updateConfig({ breaker: { maxFailures: 2, jitter: 0 } });
    failTimes(balancer, 'web', 1);
    expect(balancer.blocked()).toEqual([apis[0]]);
    expect(balancer.healthy()).toEqual([apis[1]]);
    failTimes(balancer, 'mobile', 2);
    expect(balancer.retryAfter()).toBeGreaterThan(900);
    expect(balancer.retryAfter()).toBeLessThanOrEqual(1000);
  });

  it('changes budgets while running', () => {
    const balancer = createBalancer({ endpoints: apis, retry: { reserve: 4 }, clock: new ManualClock() });
    balancer.retries.tryWithdraw();
    balancer.updateConfig({ retry: { ratio: 1, reserve: 3 } });
    balancer.retries.deposit();
    expect(balancer.stats()).toMatchObject({ retriesRemaining: 4, hedgesRemaining: 5 });
  });

  it('resets one endpoint or all, and outcomes from before do not count after', () => {
    const balancer = createBalancer({ endpoints: apis, panicThreshold: 0 });
    const before = [0, 1, 2].map(() => take(balancer, 'web'));
    for (const { name } of apis) failTimes(balancer, name, 3);
    balancer.reset('web');
    for (const lease of before) lease?.failure();
    expect(balancer.status().map(({ circuit }) => circuit)).toEqual(['closed', 'open']);
    expect(balancer.status()[0]).toMatchObject({ failures: 0, inFlight: 0 });
    balancer.reset();
    expect(balancer.healthy()).toEqual(apis);
  });

  it('gives an endpoint the share of its weight that it asks for', () => {
    const balancer = createBalancer({ endpoints: [{ name: 'a' }, { name: 'b' }] });
    balancer.setWeightShare('b', 0.25);
    expect(countOf(picks(balancer, 10))).toEqual({ a: 8, b: 2 });
    balancer.setWeightShare('b', 0);
    expect(countOf(picks(balancer, 10))).toEqual({ a: 10 });
  });

  it('names an endpoint that it does not know', () => {
    const balancer = createBalancer({ endpoints: apis });
    const unknown = [() => balancer.setHealthy('x', true), () => balancer.hold('x', 1), () => balancer.reset('x')];
    for (const act of unknown) expect(act).toThrow('There is no endpoint named x');
    expect(unknown.map((act) => caught(act)).every((error) => isBalancerError(error))).toBe(true);
  });
});

describe('what it tells', () => {
  it('recommends by priority, then by success rate', () => {
    const balancer = createBalancer({
      endpoints: [{ name: 'a' }, { name: 'b' }, { name: 'c', priority: 2, weight: 9 }],
    });
    expect(balancer.recommend()?.name).toBe('a');
    failTimes(balancer, 'a', 1);
    expect(balancer.recommend()?.name).toBe('b');
    for (const name of ['a', 'b']) balancer.setHealthy(name, false);
    expect(balancer.recommend()?.name).toBe('c');
  });

  it('prints its status for people', () => {
    const clock = new ManualClock();
    const balancer = createBalancer({ endpoints: apis, breaker: { jitter: 0 }, clock });
    take(balancer, 'web')?.success(120);
    failTimes(balancer, 'mobile', 3);
    expect(balancer.formatStatus().split('\n')).toEqual([
      'web: available closed; weight 3.00/3, priority 1, 120 ms, 100 % ok, 0 in flight, 1 calls',
      'mobile: unavailable open for 300 s; weight 1.00/1, priority 2, - ms, 73 % ok, 0 in flight, 3 calls; down',
    ]);
  });

  it('goes on when a listener throws', async () => {
    const balancer = createBalancer({ endpoints: apis });
    const surfaced = new Promise((resolve) => {
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.once('uncaughtException', (error) => {
        for (const other of others) process.on('uncaughtException', other);
        resolve(error);
      });
    });
    balancer.on('health', () => {
      throw new Error('listener');
    });
    balancer.setHealthy('web', false);
    expect(balancer.status()[0]?.healthy).toBe(false);
    expect(await surfaced).toEqual(new Error('listener'));
  });
});

function caught(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
