import type { QueueStats } from '@forebay/image-proxy/tasks';
import { describe, expect, it } from 'vitest';
import { AlertEvaluator } from '../../src/alerts/evaluator.js';
import { Flaps } from '../../src/alerts/flaps.js';
import { alertRules, type AlertFacts } from '../../src/alerts/rules.js';
import type { HistoryPoint } from '../../src/history/series.js';
import { factsOf, upstreamOf } from '../support/facts.js';

const config = { queueDepth: 100, taskFailureRate: 0.05, cacheHitRate: 0.8, webhookUrl: undefined };
const rules = alertRules(config);
const { disk, tiers, upstreams, workers } = factsOf();
const well: AlertFacts = { disk, tiers, upstreams, workers, recent: [], flaps: new Map(), queues: [] };
const down: AlertFacts = { ...well, upstreams: [upstreamOf({ available: false })] };

/** Evaluates the same facts so many times, a second apart; what became of it, by the second. */
function run(evaluator: AlertEvaluator, facts: AlertFacts, times: number): string[] {
  return Array.from({ length: times }, (_, second) =>
    evaluator.evaluate(facts, second * 1000).map(({ alert, event }) => `${second} ${event} ${alert.id}`),
  ).flat();
}
const queueOf = (more: Partial<QueueStats>): QueueStats => ({
  queue: 'quick',
  depth: 0,
  active: 0,
  delayed: 0,
  workers: 1,
  succeeded: 0,
  failed: 0,
  failureRate: 0,
  throughputPerMinute: 0,
  totals: { succeeded: 0, failed: 0, runs: { counts: [], sum: 0 } },
  ...more,
});
const minute = (hits: number, misses: number): HistoryPoint[] => [
  { hits: { memory: hits }, misses, requests: hits + misses } as unknown as HistoryPoint,
];

describe('an alert', () => {
  it('is raised after so many bad evaluations in a row and resolved after so many good ones', () => {
    const evaluator = new AlertEvaluator(rules);
    expect(run(evaluator, well, 10)).toEqual([]);
    expect(run(evaluator, down, 10)).toEqual(['2 raised no-upstream images']);
    expect(evaluator.list().active).toMatchObject([{ name: 'no-upstream', severity: 'critical', resolved_at: null }]);
    expect(run(evaluator, well, 10)).toEqual(['4 resolved no-upstream images']);
    expect(evaluator.list()).toMatchObject({ active: [], history: [{ resolved_at: '1970-01-01T00:00:04.000Z' }] });
  });

  it('neither rings nor falls silent for what goes to and fro', () => {
    const evaluator = new AlertEvaluator(rules);
    for (let turn = 0; turn < 20; turn += 1)
      expect([...run(evaluator, down, 2), ...run(evaluator, well, 1)]).toEqual([]);
    run(evaluator, down, 3);
    for (let turn = 0; turn < 20; turn += 1)
      expect([...run(evaluator, well, 4), ...run(evaluator, down, 1)]).toEqual([]);
    expect(evaluator.list().active).toHaveLength(1);
  });

  it('is resolved when what it was about is gone', () => {
    const evaluator = new AlertEvaluator(rules);
    run(evaluator, down, 3);
    expect(run(evaluator, { ...well, upstreams: [] }, 1)).toEqual(['0 resolved no-upstream images']);
  });

  it('outlives a reload', () => {
    const evaluator = new AlertEvaluator(rules);
    run(evaluator, down, 3);
    run(evaluator, well, 5);
    run(evaluator, down, 3);
    const next = new AlertEvaluator(rules, structuredClone(evaluator.list()));
    expect(next.list()).toEqual(evaluator.list());
    expect(run(next, down, 10)).toEqual([]);
  });

  it('of a rate says nothing before there are enough samples', () => {
    const evaluator = new AlertEvaluator(rules);
    expect(run(evaluator, { ...well, recent: minute(0, 99) }, 200)).toEqual([]);
    expect(run(evaluator, { ...well, recent: minute(79, 21) }, 200)).toEqual(['59 raised cache-hit-rate']);
    expect(run(evaluator, { ...well, recent: minute(0, 1) }, 200)).toEqual([]);
    expect(run(evaluator, { ...well, recent: minute(80, 20) }, 200)).toEqual(['59 resolved cache-hit-rate']);
  });

  it('of a rate is resolved when nothing happens any more', () => {
    const evaluator = new AlertEvaluator(rules);
    const failing = queueOf({ failed: 10, succeeded: 0, failureRate: 1 });
    run(evaluator, { ...well, recent: minute(0, 100), queues: [failing] }, 60);
    expect(evaluator.list().active).toHaveLength(2);
    expect(run(evaluator, { ...well, queues: [queueOf({ failed: 1, failureRate: 1 })] }, 59)).toEqual([]);
    run(evaluator, { ...well, queues: [queueOf({})] }, 60);
    expect(evaluator.list().active).toEqual([]);
  });

  it('is raised for Redis, the disk, the event loop and queues', () => {
    const redis = { ...well.tiers[0], name: 'redis', usable: false } as AlertFacts['tiers'][number];
    const late = workers.map((worker) => ({
      ...worker,
      health: { eventLoopDelayMean: 300, eventLoopDelayP99: 900, eventLoopDelayMax: 1000, rss: 1, heapUsed: 1 },
    }));
    const bad: AlertFacts = {
      ...well,
      tiers: [redis],
      disk: { free: 4, size: 100 },
      workers: late,
      queues: [queueOf({ depth: 101, failed: 6, succeeded: 94, failureRate: 0.06 })],
    };
    const evaluator = new AlertEvaluator(rules);
    run(evaluator, bad, 20);
    expect(
      evaluator
        .list()
        .active.map(({ id }) => id)
        .toSorted(),
    ).toEqual([
      'disk-nearly-full',
      'event-loop-late worker 0',
      'queue-depth quick',
      'redis-away redis',
      'task-failures quick',
    ]);
    run(evaluator, { ...well, queues: [queueOf({ failed: 5, succeeded: 95, failureRate: 0.05 })] }, 60);
    expect(evaluator.list().active).toEqual([]);
    expect(evaluator.list().history).toHaveLength(5);
  });

  it('counts comings and goings of an upstream, but not what was done by hand', () => {
    const flaps = new Flaps();
    const evaluator = new AlertEvaluator(rules);
    const look = (second: number, available: boolean, enabled = true): string[] => {
      const views = [upstreamOf({ available, enabled }), upstreamOf({ name: 'two' })];
      const facts = { ...well, upstreams: views, flaps: flaps.look(views, second * 1000) };
      return evaluator.evaluate(facts, second * 1000).map(({ alert, event }) => `${event} ${alert.id}`);
    };
    for (let second = 0; second < 40; second += 1) expect(look(second, second % 2 === 0, false)).toEqual([]);
    const told = Array.from({ length: 8 }, (_, turn) => look(100 + turn * 10, turn % 2 === 1)).flat();
    expect(told).toEqual(['raised upstream-flapping images one.example']);
    // Five minutes later nobody remembers, and a minute after that it is believed.
    const calm = Array.from({ length: 400 }, (_, second) => look(170 + second, true)).flat();
    expect(calm).toEqual(['resolved upstream-flapping images one.example']);
  });
});
