import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { families } from '../../src/metrics/exposition.js';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../../deploy/${path}`, import.meta.url)), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const { groups } = parse(read('prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('grafana/forebay.json')) as {
  panels: Panel[];
  templating: { list: { name: string; query: string }[] };
};

/** What an expression asks for: metrics with the labels that it matches or groups by. */
function wanted(expression: string): { readonly metrics: string[]; readonly labels: string[] } {
  // Grafana's own variables are durations and patterns.
  const text = expression.replaceAll('$__rate_interval', '5m');
  const metrics: string[] = [];
  const labels: string[] = [];
  parser.parse(text).iterate({
    enter: ({ from, name, node, to, type }) => {
      if (type.isError) throw new Error(`not PromQL at ${from}: ${text}`);
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') metrics.push(text.slice(from, to));
      if (name === 'LabelName') labels.push(text.slice(from, to));
    },
  });
  return { metrics, labels };
}

/** By every name under which Prometheus knows a metric. */
const exported = new Map<string, readonly string[]>(
  families.flatMap(({ labels, name, type }) =>
    type === 'histogram'
      ? [
          [`${name}_bucket`, [...labels, 'le']],
          [`${name}_sum`, labels],
          [`${name}_count`, labels],
        ]
      : [[name, labels]],
  ),
);

function expectExported(expression: string): void {
  const { labels, metrics } = wanted(expression);
  expect(metrics.length, expression).toBeGreaterThan(0);
  const known = new Set(['instance', 'job']);
  for (const metric of metrics) {
    if (metric === 'up') continue;
    expect(exported.has(metric), `${metric} is not exported`).toBe(true);
    for (const label of exported.get(metric) ?? []) known.add(label);
  }
  for (const label of labels) expect(known, `${label} in ${expression}`).toContain(label);
}

describe('the rules for Prometheus', () => {
  it('ask for metrics and labels that there are', () => {
    expect(rules.length).toBeGreaterThan(10);
    for (const { expr } of rules) expectExported(expr);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it('mention labels in their texts that their expressions keep', () => {
    for (const { alert, annotations, expr } of rules) {
      const mentioned = Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g);
      for (const [, label = ''] of mentioned) {
        const aggregated = /\bby \(([^)]*)\)/.exec(expr)?.[1];
        const kept = aggregated?.split(/, */) ?? [
          'instance',
          ...wanted(expr).metrics.flatMap((metric) => exported.get(metric) ?? []),
        ];
        expect(kept, alert).toContain(label);
      }
    }
  });

  it('are read by a scrape configuration that asks where the metrics are', () => {
    const { scrape_configs: [job] = [] } = parse(read('prometheus/scrape.yml')) as {
      scrape_configs?: { job_name: string; metrics_path: string }[];
    };
    expect(job).toMatchObject({ job_name: 'forebay', metrics_path: '/metrics' });
    expect(rules.find(({ alert }) => alert === 'ForebayDown')?.expr).toContain('job="forebay"');
  });
});

describe('the Grafana dashboard', () => {
  it('asks for metrics and labels that there are', () => {
    expect(dashboard.panels.length).toBeGreaterThan(20);
    for (const { targets = [] } of dashboard.panels) for (const { expr } of targets) expectExported(expr);
    for (const { query } of dashboard.templating.list) {
      const metric = /label_values\((\w+)/.exec(query)?.[1];
      if (metric !== undefined) expect(exported.has(metric), metric).toBe(true);
    }
  });

  it('shows every metric somewhere but the few that are for lookups alone', () => {
    const used = new Set(
      dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => wanted(expr).metrics)),
    );
    const unused = families.filter(({ name, type }) => !used.has(type === 'histogram' ? `${name}_bucket` : name));
    expect(unused.map(({ name }) => name).toSorted()).toEqual([
      'forebay_build_info',
      'forebay_cache_tier_hits_total',
      'forebay_cache_tier_max_entries',
      'forebay_cache_tier_misses_total',
      'forebay_queue_delayed',
      'forebay_queue_recent_succeeded',
      'forebay_queue_workers',
      'forebay_start_time_seconds',
      'forebay_upstream_enabled',
      'forebay_upstream_healthy',
      'forebay_upstream_probe_time_seconds',
      'forebay_upstream_response_time_seconds',
      'forebay_upstream_weight',
      'forebay_worker_event_loop_delay_max_seconds',
      'forebay_worker_event_loop_delay_mean_seconds',
      'forebay_worker_heap_used_bytes',
    ]);
  });

  it('has panels with names of their own that do not lie upon one another', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { gridPos, title } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`), `${title} at ${x} ${y}`).toBe(false);
          taken.add(`${x} ${y}`);
        }
    }
  });
});
