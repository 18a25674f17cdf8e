import { balancing, type BalancingValues } from './variables/balancing.js';
import { caching, type CachingValues } from './variables/caching.js';
import { hls, type HlsValues } from './variables/hls.js';
import { operating, type OperatingValues } from './variables/operating.js';
import { redis, type RedisValues } from './variables/redis.js';
import { serving, type ServingValues } from './variables/serving.js';
import { signedImages, type SignedImageValues } from './variables/signed-images.js';
import type { Variable } from './variables/table.js';
import { upstreams, type UpstreamValues } from './variables/upstreams.js';

/** The value of every variable, parsed: durations in milliseconds, sizes in bytes. */
export interface Values
  extends
    ServingValues,
    UpstreamValues,
    CachingValues,
    RedisValues,
    BalancingValues,
    SignedImageValues,
    HlsValues,
    OperatingValues {}

export type VariableName = keyof Values;

export interface VariableGroup {
  readonly title: string;
  readonly variables: Readonly<Partial<Record<VariableName, Variable<unknown>>>>;
}

/** Every variable there is, in the order of `--help` and of the documentation, which are both made from it. */
export const variableGroups: readonly VariableGroup[] = [
  { title: 'Serving', variables: serving },
  { title: 'Upstreams', variables: upstreams },
  { title: 'Caching', variables: caching },
  { title: 'Redis', variables: redis },
  { title: 'Health and balancing', variables: balancing },
  { title: 'Signed images', variables: signedImages },
  { title: 'HLS', variables: hls },
  { title: 'Logs and alerts', variables: operating },
];

/** Every variable by name. */
// oxlint-disable typescript/no-unsafe-type-assertion -- the keys of the tables are the names
export const variables: ReadonlyMap<VariableName, Variable<unknown>> = new Map(
  // The keys of the tables are the names.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  variableGroups.flatMap((group) => Object.entries(group.variables) as [VariableName, Variable<unknown>][]),
);
