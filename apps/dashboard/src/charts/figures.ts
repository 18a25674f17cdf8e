import type { Point } from '../api/overview.js';

/** A figure of a point; null where there is none. */
export type Figure = (point: Point) => number | null;

const each = (pick: (point: Point) => number): Figure => {
  return (point) => (point.seconds > 0 ? pick(point) / point.seconds : null);
};

export const requestRate: Figure = each(({ requests }) => requests);
export const upstreamRate: Figure = each((point) => point.upstream_calls);
export const errorRate: Figure = each(({ errors }) => errors);
export const byteRate: Figure = each(({ bytes }) => bytes);

/** Share of a tier among all look-ups. */
export const tierShare = (tier: string): Figure => {
  return (point) => {
    const all = lookups(point);
    return all === 0 ? null : (point.hits[tier] ?? 0) / all;
  };
};

export const hitsOf = ({ hits }: Point): number => Object.values(hits).reduce((sum, count) => sum + count, 0);
const lookups = (point: Point): number => hitsOf(point) + point.misses;

/** Some points as one: sums, and percentiles as their mean by requests. */
export interface Summary {
  readonly seconds: number;
  readonly requests: number;
  readonly errors: number;
  readonly bytes: number;
  /** Undefined without look-ups. */
  readonly hitRate: number | undefined;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
}

export function summarise(points: readonly Point[]): Summary {
  const sum = (pick: (point: Point) => number): number => points.reduce((total, point) => total + pick(point), 0);
  const requests = sum((point) => point.requests);
  const all = sum(lookups);
  const mean = (pick: (point: Point) => number | null): number | undefined =>
    requests === 0 ? undefined : sum((point) => (pick(point) ?? 0) * point.requests) / requests;
  return {
    seconds: sum(({ seconds }) => seconds),
    requests,
    errors: sum(({ errors }) => errors),
    bytes: sum(({ bytes }) => bytes),
    hitRate: all === 0 ? undefined : sum(hitsOf) / all,
    p50: mean((point) => point.p50_ms),
    p99: mean((point) => point.p99_ms),
  };
}
