import { describe, expect, it } from 'vitest';
import type { Point } from '../src/api/overview.js';
import { summarise } from '../src/charts/figures.js';
import { History } from '../src/live/history.js';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const point = (second: number, more: Partial<Point> = {}): Point => ({
  at: new Date(START + second * 1000).toISOString(),
  seconds: 1,
  requests: 10,
  hits: { memory: 6 },
  misses: 4,
  bytes: 1000,
  errors: 0,
  p50_ms: 1,
  p90_ms: 2,
  p99_ms: 3,
  upstream_calls: 4,
  upstream_failures: 0,
  ...more,
});

describe('the history', () => {
  it('keeps five minutes of seconds and a day of slots, however many come', () => {
    const history = new History();
    for (let second = 0; second < 28_800; second += 1) history.push(point(second));
    expect(history.past.seconds).toHaveLength(300);
    expect(history.past.seconds.at(-1)?.at).toBe(point(28_799).at);
    const slots = Array.from({ length: 400 }, (_, slot) => point(slot * 300, { seconds: 300 }));
    history.merge({ seconds: [], five_minutes: slots });
    expect(history.past.slots).toHaveLength(289);
    expect(history.past.slots.at(-1)).toBe(slots.at(-1));
  });

  it('takes no second twice, and the younger telling of a slot that goes on', () => {
    const history = new History();
    history.push(point(1));
    history.push(point(1, { requests: 99 }));
    history.merge({ seconds: [point(0), point(1)], five_minutes: [point(0, { seconds: 60 })] });
    history.merge({ seconds: [], five_minutes: [point(0, { seconds: 120 })] });
    expect(history.past.seconds.map(({ requests }) => requests)).toEqual([10, 10]);
    expect(history.past.slots.map(({ seconds }) => seconds)).toEqual([120]);
  });
});

describe('a summary', () => {
  it('adds up, and weighs percentiles by requests', () => {
    const minute = summarise([
      point(0, { requests: 30, p99_ms: 10, errors: 3 }),
      point(1, { requests: 10, p99_ms: 50, hits: { memory: 1, disk: 2 }, misses: 7 }),
      point(2, { requests: 0, p99_ms: null, hits: {}, misses: 0 }),
    ]);
    expect(minute).toMatchObject({ seconds: 3, requests: 40, errors: 3, hitRate: 9 / 20, p99: 20 });
  });

  it('says nothing about what did not happen', () => {
    expect(summarise([])).toMatchObject({ requests: 0, hitRate: undefined, p99: undefined });
  });
});
