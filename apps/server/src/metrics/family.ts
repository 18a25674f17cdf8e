import type { Exposed } from './facts.js';
import type { Times } from './counts.js';

/** Label values of one sample; every one comes from code or configuration. */
export type Labels = Readonly<Record<string, string>>;

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
        /** Times in ms, exposed in seconds. */
        readonly samples: (facts: Exposed) => Iterable<readonly [Labels, Times]>;
      }
  );
