import { createPicker, peakEwma } from '@forebay/balancer/core';
import { describe, expect, it } from 'vitest';
import { ManualClock } from './support/manual-clock.js';
import { seededRandom } from './support/seeded-random.js';

const endpoints = [
  { name: 'a', weight: 2, url: 'https://a.test' },
  { name: 'b', url: 'https://b.test' },
];

describe('a picker', () => {
  it('picks in turn, blocks who fails, and brings it back by a trial', () => {
    const clock = new ManualClock();
    const picker = createPicker({ endpoints, clock, breaker: { maxFailures: 1, jitter: 0 }, slowStart: { window: 1 } });
    const events: string[] = [];
    for (const name of ['block', 'trial', 'recover'] as const) picker.on(name, () => events.push(name));
    const next = (): string | undefined => {
      const lease = picker.acquire();
      lease?.success(10);
      return lease?.endpoint.url;
    };
    expect([next(), next(), next()]).toEqual(['https://a.test', 'https://b.test', 'https://a.test']);
    picker.acquire({ exclude: new Set(['b']) })?.failure(new Error('down'));
    expect([next(), next()]).toEqual(['https://b.test', 'https://b.test']);
    expect(picker.blocked()).toEqual([endpoints[0]]);
    clock.pass(300_000);
    expect([next(), next(), next()]).toContain('https://a.test');
    expect(events).toEqual(['block', 'trial', 'recover']);
  });

  it('picks by the strategies that it was given, and knows no others', () => {
    const strategies = { 'peak-ewma': peakEwma };
    const random = seededRandom(3);
    const picker = createPicker({ endpoints, clock: new ManualClock(), random, strategies, strategy: 'peak-ewma' });
    picker.acquire({ exclude: new Set(['a']) })?.success(5);
    picker.acquire({ exclude: new Set(['b']) })?.success(500);
    expect(picker.acquire()?.endpoint.name).toBe('b');
    picker.updateConfig({ strategy: 'round-robin' });
    expect(() => picker.updateConfig({ strategy: 'adaptive' })).toThrow(/strategy .* not adaptive/);
    expect(() => createPicker({ endpoints, strategy: 'peak-ewma' })).toThrow(RangeError);
  });
});

describe('a lease', () => {
  it('learns that an endpoint is slow, and nothing else, when a later attempt outpaces it', () => {
    const clock = new ManualClock();
    const picker = createPicker({ endpoints: [{ name: 'a' }], clock });
    const lease = picker.acquire();
    clock.pass(80);
    lease?.outpaced();
    expect(picker.status()[0]).toMatchObject({ responseTimeMs: 80, successes: 0, failuresTotal: 0, inFlight: 0 });
    picker.acquire()?.outpaced(40);
    expect(picker.status()[0]?.responseTimeMs).toBe(80);
    picker.acquire()?.outpaced(180);
    expect(picker.status()[0]?.responseTimeMs).toBe(100);
  });
});
