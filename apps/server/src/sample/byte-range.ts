import type { IncomingMessage } from 'node:http';

/** `bytes=a-b` and `bytes=a-`; everything else is answered whole, as RFC 9110, 14.2 lets a server do. */
export function readRange(
  request: IncomingMessage,
  etag: string,
  size: number,
): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const condition = request.headers['if-range'];
  if (from === undefined || (condition !== undefined && condition !== etag)) return undefined;
  const start = Number(from);
  const end = to === undefined || to === '' ? size - 1 : Math.min(size - 1, Number(to));
  if (start >= size) return 'unsatisfiable';
  return end < start ? undefined : { start, end };
}
