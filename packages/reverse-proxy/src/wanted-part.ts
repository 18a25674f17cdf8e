import type { ProxyRequest } from './answer.js';
import type { Part } from './upstream/load.js';

/** Conditions that a part alone cannot be judged by. */
const CONDITIONS = ['if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

/** The part that a request wants; `any` where it is not known before the upstream says so. */
export function partOf({ headers }: ProxyRequest): Part | 'any' | undefined {
  const { range } = headers;
  if (typeof range !== 'string') return undefined;
  const [, first, last] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(range) ?? [];
  if (first === undefined) return 'any';
  const start = Number(first);
  if (last === '') return start === 0 ? undefined : 'any';
  const end = Number(last);
  return start > end || CONDITIONS.some((name) => headers[name] !== undefined) ? 'any' : { start, end };
}
