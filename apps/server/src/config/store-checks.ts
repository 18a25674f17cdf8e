import type { Problem } from './problems.js';
import type { Values } from './variables.js';

/** What of the object store's settings cannot work together; nothing where there is no store. */
export function storeProblems(values: Values): readonly Problem[] {
  const { STORE_BUCKET: bucket, STORE_ENDPOINT: endpoint, STORE_PROVIDER: provider, STORE_REGION: region } = values;
  if (endpoint === undefined) return [];
  const problems = needed(values)
    .filter((name) => values[name] === undefined)
    .map((name) => problem(name, 'set when STORE_ENDPOINT is'));
  const { pathname, search, username } = new URL(endpoint);
  if (search !== '' || username !== '') problems.push(problem('STORE_ENDPOINT', 'a URL without user and query'));
  if (provider === 'cos') {
    if (pathname !== '/') problems.push(problem('STORE_ENDPOINT', 'a URL without a path, for cos', endpoint));
    if (bucket !== undefined && !/^[a-z0-9-]+-\d+$/.test(bucket))
      problems.push(problem('STORE_BUCKET', "a name and the account's number, such as pictures-1250000000", bucket));
    if (region !== undefined && !/^[a-z0-9-]+$/.test(region))
      problems.push(problem('STORE_REGION', 'a region such as ap-guangzhou', region));
  } else if (bucket !== undefined && /[/?#\s]/.test(bucket)) {
    problems.push(problem('STORE_BUCKET', "a bucket's name", bucket));
  }
  return problems;
}

/** Tencent's own scheme has no usual region, S3's has. */
const needed = ({ STORE_PROVIDER }: Values): readonly (keyof Values)[] => [
  'STORE_BUCKET',
  'STORE_ACCESS_KEY_ID',
  'STORE_SECRET_ACCESS_KEY',
  ...(STORE_PROVIDER === 'cos' ? (['STORE_REGION'] as const) : []),
];

const problem = (name: string, wanted: string, value?: string): Problem => ({
  name,
  value,
  source: undefined,
  wanted: `must be ${wanted}`,
});
