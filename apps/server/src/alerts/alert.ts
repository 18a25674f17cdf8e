import { z } from 'zod';

export const alertNames = [
  'no-upstream',
  'upstream-flapping',
  'cache-hit-rate',
  'redis-away',
  'disk-nearly-full',
  'event-loop-late',
  'queue-depth',
  'task-failures',
] as const;
export type AlertName = (typeof alertNames)[number];

export type Severity = 'warning' | 'critical';

/** An alert, from when it was raised until it was resolved. */
export interface Alert {
  /** Unique: the name and the subject. */
  readonly id: string;
  readonly name: AlertName;
  /** What it is about: a route, an upstream, a worker, a queue; empty for the whole server. */
  readonly subject: string;
  readonly severity: Severity;
  readonly detail: string;
  readonly value: number;
  readonly threshold: number;
  readonly raised_at: string;
  /** Null while it is active. */
  readonly resolved_at: string | null;
}

export interface AlertList {
  readonly active: readonly Alert[];
  /** Resolved ones, latest first. */
  readonly history: readonly Alert[];
}

export const alertShape: z.ZodType<Alert> = z
  .object({
    id: z.string().describe('The name and the subject'),
    name: z.enum(alertNames),
    subject: z.string().describe('A route, an upstream, a worker or a queue; empty for the whole server'),
    severity: z.enum(['warning', 'critical']),
    detail: z.string(),
    value: z.number(),
    threshold: z.number(),
    raised_at: z.iso.datetime(),
    resolved_at: z.iso.datetime().nullable().describe('Null while it is active'),
  })
  .meta({ id: 'Alert' });

export const alertList: z.ZodType<AlertList> = z.object({
  active: z.array(alertShape),
  history: z.array(alertShape).describe('Resolved ones, latest first'),
});

export const exampleAlert: Alert = {
  id: 'no-upstream tmdb-image',
  name: 'no-upstream',
  subject: 'tmdb-image',
  severity: 'critical',
  detail: 'no upstream of tmdb-image may be tried',
  value: 0,
  threshold: 1,
  raised_at: '2026-01-01T00:00:00.000Z',
  resolved_at: null,
};
