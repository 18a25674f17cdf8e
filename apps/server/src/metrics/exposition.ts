import {
  Counter,
  Gauge,
  Histogram,
  Registry,
  type MetricObjectWithValues,
  type MetricValueWithName,
} from 'prom-client';
import type { Exposed } from './facts.js';
import { cacheFamilies } from './families/caches.js';
import { featureFamilies } from './families/features.js';
import { processFamilies } from './families/processes.js';
import { trafficFamilies } from './families/traffic.js';
import { upstreamFamilies } from './families/upstreams.js';
import type { Distribution, Family, Labels } from './family.js';

/** Every metric there is. */
export const families: readonly Family[] = [
  ...trafficFamilies,
  ...upstreamFamilies,
  ...cacheFamilies,
  ...featureFamilies,
  ...processFamilies,
];

/**
 * The facts in Prometheus' text format. Nothing is counted here: counters run elsewhere as plain numbers and are only
 * written down when somebody asks.
 */
export class Exposition {
  readonly #registry = new Registry();
  #facts: Exposed | undefined;

  constructor(all: readonly Family[] = families) {
    for (const family of all) this.#register(family);
  }

  async text(facts: Exposed): Promise<string> {
    this.#facts = facts;
    return this.#registry.metrics();
  }

  #register(family: Family): void {
    const { help, labels, name } = family;
    const registers = [this.#registry];
    const labelNames = [...labels];
    const samples = <T>(read: (facts: Exposed) => Iterable<T>): Iterable<T> =>
      this.#facts === undefined ? [] : read(this.#facts);
    switch (family.type) {
      case 'counter':
        // oxlint-disable-next-line no-new -- it registers itself
        new Counter({
          name,
          help,
          labelNames,
          registers,
          collect() {
            this.reset();
            for (const [where, value] of samples(family.samples)) this.inc(where, value);
          },
        });
        break;
      case 'gauge':
        // oxlint-disable-next-line no-new
        new Gauge({
          name,
          help,
          labelNames,
          registers,
          collect() {
            this.reset();
            for (const [where, value] of samples(family.samples)) this.set(where, value);
          },
        });
        break;
      case 'histogram':
        // oxlint-disable-next-line no-new
        new CountedHistogram({ name, help, labelNames, registers }, () => samples(family.samples));
        break;
    }
  }
}

/** A histogram whose buckets were counted elsewhere. */
class CountedHistogram extends Histogram {
  readonly #described: { readonly name: string; readonly help: string };
  readonly #samples: () => Iterable<readonly [Labels, Distribution]>;

  constructor(
    options: ConstructorParameters<typeof Histogram>[0],
    samples: () => Iterable<readonly [Labels, Distribution]>,
  ) {
    super(options);
    this.#described = options;
    this.#samples = samples;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { help, name } = this.#described;
    const values = [...this.#samples()].flatMap(([labels, { buckets, count, sum }]) => [
      ...buckets.map((bucket) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le: String(bucket.bound / 1000) },
        value: bucket.count,
      })),
      { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
      { metricName: `${name}_sum`, labels, value: sum / 1000 },
      { metricName: `${name}_count`, labels, value: count },
    ]);
    // The type is an enumeration in the declarations and a word in the program.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return { name, help, type: 'histogram' as never, aggregator: 'sum', collect: () => undefined, values };
  }

  /** What the registry asks instead, to spare itself a copy. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    return this.get();
  }
}
