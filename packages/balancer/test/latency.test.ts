import { describe, expect, it } from 'vitest';
import { PeakEwma, SuccessRate } from '../src/latency.js';

describe('PeakEwma', () => {
  it('jumps to peaks and comes down by the time that has passed, as Finagle’s does', () => {
    const average = new PeakEwma();
    const seen = [
      [0, 100],
      [1000, 50],
      [2000, 200],
      [12_000, 20],
      [22_000, 0],
    ].map(([at, ms]) => {
      average.observe(ms!, at!, 10_000);
      return Number(average.value?.toFixed(2));
    });
    expect(seen).toEqual([100, 95.24, 200, 86.22, 31.72]);
  });

  it('takes idle time off when read, without changing', () => {
    const average = new PeakEwma();
    average.observe(100, 0, 10_000);
    expect(average.decayed(10_000, 10_000)).toBeCloseTo(36.79, 2);
    expect(average.decayed(0, 10_000)).toBe(100);
  });
});

describe('SuccessRate', () => {
  it('falls with failures and comes back with successes and with time', () => {
    const rate = new SuccessRate();
    for (let call = 0; call < 5; call++) rate.observe(false, 0, 10_000);
    const low = rate.at(0, 10_000);
    expect(low).toBeCloseTo(0.9 ** 5, 5);
    expect(rate.at(30_000, 10_000)).toBeGreaterThan(0.95);
    rate.observe(true, 0, 10_000);
    expect(rate.at(0, 10_000)).toBeGreaterThan(low);
  });
});
