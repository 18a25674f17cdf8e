import parse from 'parse-prometheus-text-format';
import { beforeAll, describe, expect, it } from 'vitest';
import { Exposition, families } from '../../src/metrics/exposition.js';
import { Traffic } from '../../src/metrics/traffic.js';
import { factsOf } from '../support/facts.js';

interface Parsed {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly metrics: readonly {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value?: string;
    readonly buckets?: Readonly<Record<string, string>>;
  }[];
}

const request = {
  requestId: 'a',
  method: 'GET',
  status: 200,
  outcome: 'MISS',
  source: 'upstream',
  bytes: 10,
  durationMs: 3,
  error: undefined,
} as const;

let text: string;
let parsed: readonly Parsed[];
beforeAll(async () => {
  const traffic = new Traffic();
  const route = traffic.route('images');
  for (let index = 0; index < 100_000; index += 1) {
    route.answered({ ...request, target: `/t/p/w92/${index}.jpg`, requestId: String(index) });
    route.attempted({
      origin: 'one.example',
      statusCode: undefined,
      error: `E${index}`,
      durationMs: index % 100,
      kind: 'first',
    });
    route.hit(200, 1);
  }
  text = await new Exposition().text({ ...factsOf({ routes: traffic.counts(), tiers: {}, shed: 0 }), alerts: [] });
  parsed = parse(text) as readonly Parsed[];
});

describe('the metrics', () => {
  it('can be read by a parser of the format, each with its help and type', () => {
    expect(parsed.map(({ name }) => name).toSorted()).toEqual(families.map(({ name }) => name).toSorted());
    for (const family of families) {
      const found = parsed.find(({ name }) => name === family.name);
      expect(found?.type, family.name).toBe(family.type.toUpperCase());
      expect(found?.help, family.name).toBe(family.help);
    }
  });

  it('are named after the rules of Prometheus', () => {
    for (const { help, labels, name, type } of families) {
      expect(name).toMatch(/^forebay_[a-z0-9_]+$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name, 'base units').not.toMatch(/_(ms|milliseconds|minutes|kb|mb|percent|bytes_count)(_|$)/);
      if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes)$/);
      expect(help).toMatch(/^[A-Z0-9].*\.$/);
      for (const label of labels)
        expect(label).toMatch(
          /^(route|upstream|tier|code|cache|status|result|kind|state|worker|version|node_version|queue|task|outcome|alert|subject|severity)$/,
        );
    }
  });

  it('stay few under 100,000 distinct paths and error codes, and tell of none of them', () => {
    expect(text.split('\n').length).toBeLessThan(500);
    expect(text).not.toContain('/t/p');
    expect(text).not.toContain('.jpg');
    const attempts = parsed.find(({ name }) => name === 'forebay_upstream_requests_total');
    expect(attempts?.metrics.length).toBeLessThanOrEqual(33);
    const sum = attempts?.metrics.reduce((all, { value }) => all + Number(value), 0);
    expect(sum).toBe(100_000);
  });

  it('count all of what was fed, in histograms too', () => {
    const requests = parsed.find(({ name }) => name === 'forebay_http_requests_total');
    expect(requests?.metrics.map(({ labels, value }) => [labels?.['cache'], value])).toEqual([
      ['miss', '100000'],
      ['hit', '100000'],
    ]);
    const [times] = parsed.find(({ name }) => name === 'forebay_http_request_duration_seconds')?.metrics ?? [];
    const buckets = Object.values(times?.buckets ?? {}).map(Number);
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
    expect(times?.buckets?.['0.004']).toBe('200000');
    expect(times?.buckets?.['0.002']).toBe('100000');
    expect(text).toContain('forebay_http_request_duration_seconds_count{route="images"} 200000');
    expect(Number(/duration_seconds_sum\{route="images"\} (.*)/.exec(text)?.[1])).toBeCloseTo(300, 3);
  });
});
