import type { Browser, CDPSession } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { launchBrowser } from '../support/hls/browser.js';
import { Dashboard } from './support/dashboard.js';

let browser: Browser;
let forebay: Forebay;
beforeAll(async () => {
  [browser, forebay] = await Promise.all([launchBrowser(), Forebay.start()]);
});
afterAll(async () => {
  await browser.close();
  await forebay.end();
});

/**
 * A stream that the test drives: `feed(from, to)` sends one event for each second of a made-up day, four hundred a frame,
 * as busy as sample traffic: figures that differ every second, and upstreams, findings and alerts that come and go.
 */
const FAKE_STREAM = `
  const sources = new Set();
  globalThis.EventSource = class extends EventTarget {
    constructor() { super(); sources.add(this); }
    close() { sources.delete(this); }
  };
  const START = Date.parse('2026-01-01T00:00:00.000Z');
  const time = (second) => new Date(START + second * 1000).toISOString();
  const pointOf = (second, seconds) => ({
    at: time(second), seconds, requests: 90 + second % 40, hits: { memory: 60 + second % 30, disk: 10 }, misses: second % 20,
    bytes: 2e6 + (second % 97) * 1e4, errors: second % 50 === 0 ? 1 : 0,
    p50_ms: 0.1 + (second % 7) / 10, p90_ms: 3 + second % 11, p99_ms: 40 + second % 300,
    upstream_calls: 20 + second % 9, upstream_failures: second % 3,
  });
  globalThis.feed = async (base, from, to) => {
    for (let second = from; second < to; ) {
      for (let n = 0; n < 400 && second < to; n += 1, second += 1) {
        const trouble = second % 600 < 120;
        const finding = { code: 'upstream-out', subject: 'tmdb-image sample-flaky', detail: 'it failed too often', advice: 'Wait.', since: time(second) };
        const alert = (number, resolved) => ({ id: 'no-upstream ' + number, name: 'no-upstream', subject: String(number), severity: 'critical', detail: 'none', value: 0, threshold: 1, raised_at: time(number), resolved_at: resolved ? time(second) : null });
        const told = {
          ...base, id: START / 1000 + second, at: time(second), uptime_seconds: second,
          health: { status: trouble ? 'degraded' : 'healthy', since: time(second - second % 600), findings: trouble ? [finding] : [] },
          point: pointOf(second, 1), totals: { ...base.totals, requests: second * 100, bytes: second * 2e6 },
          upstreams: base.upstreams.map((upstream, index) => ({
            ...upstream, available: !(trouble && index === 2), in_flight: second % 5, calls_last_minute: second % 400, weight_in_force: 100 + (second * (index + 3)) % 900,
            response_time_ms: 20 + second % 60,
            response_times_ms: Array.from({ length: 60 }, (_, at) => (second + at) % 13 === 0 ? null : 20 + (second + at) * (index + 7) % 90),
          })),
          alerts: { active: trouble ? [alert(second - second % 600, false)] : [], history: Array.from({ length: Math.min(50, Math.floor(second / 600)) }, (_, index) => alert(index * 600, true)) },
        };
        if (second === 0) told.series = { seconds: [], five_minutes: Array.from({ length: 288 }, (_, slot) => pointOf(slot * 300 - 86400, 300)) };
        const event = new MessageEvent('overview', { data: JSON.stringify(told) });
        for (const source of sources) source.dispatchEvent(event);
      }
      await new Promise(requestAnimationFrame);
    }
  };
`;

interface Weight {
  readonly nodes: number;
  readonly listeners: number;
  readonly heap: number;
}

/** What the page holds once everything is gone that can go. */
async function weigh(session: CDPSession): Promise<Weight> {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { nodes: of('Nodes'), listeners: of('JSEventListeners'), heap: of('JSHeapUsedSize') };
}

it('is no heavier after eight hours of events than after ten minutes', { timeout: 60_000 }, async () => {
  const dashboard = await Dashboard.open(browser, forebay.port);
  const { page } = dashboard;
  await page.addInitScript(FAKE_STREAM);
  await dashboard.show();
  const base = (await forebay.ask('/api/v1/overview')).json();
  const feed = (from: number, to: number): Promise<void> =>
    page.evaluate(`feed(${JSON.stringify({ ...base, series: undefined })}, ${from}, ${to})`);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');

  await feed(0, 601);
  await dashboard.live();
  await page.getByText('As a table').first().click();
  await feed(601, 1801);
  const early = await weigh(session);
  await feed(1801, 28_801);
  const late = await weigh(session);

  await page.getByText('2.88M since the start').waitFor();
  expect(late.nodes).toBeLessThan(early.nodes * 1.1 + 100);
  expect(late.listeners).toBeLessThan(early.listeners * 1.1 + 20);
  expect(late.heap).toBeLessThan(early.heap * 1.1 + 500_000);
  expect(dashboard.complaints).toEqual([]);
  await dashboard.close();
});
