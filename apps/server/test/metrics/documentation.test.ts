import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { cacheFamilies } from '../../src/metrics/families/caches.js';
import { featureFamilies } from '../../src/metrics/families/features.js';
import { processFamilies } from '../../src/metrics/families/processes.js';
import { trafficFamilies } from '../../src/metrics/families/traffic.js';
import { upstreamFamilies } from '../../src/metrics/families/upstreams.js';
import { families } from '../../src/metrics/exposition.js';

const reference = fileURLToPath(new URL('../../../../docs/metrics.md', import.meta.url));

const sections = [
  ['Requests', trafficFamilies],
  ['Upstreams', upstreamFamilies],
  ['Cache', cacheFamilies],
  ['HLS, tasks, alerts', featureFamilies],
  ['Processes', processFamilies],
] as const;

function page(): string {
  const lines = [
    '# Metrics',
    '',
    '<!-- Written from the metrics: run the test metrics/documentation of apps/server with -u. -->',
    '',
    '`GET /metrics` answers in Prometheus’ text format, for all workers of a node together. Counters go on when a worker is',
    'replaced or the configuration is reloaded; they begin anew with the server. Labels are bounded: they hold names from the',
    'configuration and words from the code, never a path, a user or an address.',
    '',
    '[`deploy/prometheus/scrape.yml`](../deploy/prometheus/scrape.yml) has Prometheus read them,',
    '[`deploy/prometheus/alerts.yml`](../deploy/prometheus/alerts.yml) are rules to be alerted by, and',
    '[`deploy/grafana/forebay.json`](../deploy/grafana/forebay.json) is a dashboard to import. Histograms have buckets from',
    '0.5 ms to 33 s, each twice the one before; those of tasks from 10 ms to a minute.',
  ];
  for (const [title, some] of sections) {
    lines.push('', `## ${title}`, '', '| metric | type | labels | meaning |', '| --- | --- | --- | --- |');
    for (const { help, labels, name, type } of some) {
      const shown = labels.length === 0 ? '' : labels.map((label) => `\`${label}\``).join(', ');
      lines.push(`| \`${name}\` | ${type} | ${shown} | ${help} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

it('has a reference of all metrics that is up to date', async () => {
  expect(sections.flatMap(([, some]) => some)).toHaveLength(families.length);
  await expect(page()).toMatchFileSnapshot(reference);
});
