import type { Exposed } from './facts.js';

/** Label values of one sample; every one comes from code or configuration. */
export type Labels = Readonly<Record<string, string>>;

/** Times that were counted, in ms; exposed in seconds. */
export interface Distribution {
  /** How many took at most so long, in ascending order. */
  readonly buckets: readonly { readonly bound: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number;
}

interface Described {
  /** After Prometheus' rules: `forebay_`, base units, `_total` for counters. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** A metric: how it is named, and what of the facts it is. */
export type Family = Described &
  (
    | {
        readonly type: 'counter' | 'gauge';
        readonly samples: (facts: Exposed) => Iterable<readonly [Labels, number]>;
      }
    | {
        readonly type: 'histogram';
        readonly samples: (facts: Exposed) => Iterable<readonly [Labels, Distribution]>;
      }
  );
