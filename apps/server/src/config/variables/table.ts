import type { Kind } from '../kinds.js';

/** One setting that the operator can make by flag, variable or file. */
export interface Variable<T> {
  readonly kind: Kind<T>;
  /** As one would write it; undefined: none. */
  readonly default: string | undefined;
  /** Where the default is no fixed text: what it is. */
  readonly defaultDoc?: string;
  /** For `--help` and the documentation. */
  readonly doc: string;
  /** Never shown. */
  readonly secret?: true;
  /** Other names in the environment that are as good. */
  readonly aliases?: readonly string[];
}

/** A variable for every value; those that may be undefined have no default. */
export type Table<Values> = {
  readonly [Name in keyof Values]: Variable<Exclude<Values[Name], undefined>> &
    (undefined extends Values[Name] ? { readonly default: undefined } : { readonly default: string });
};
