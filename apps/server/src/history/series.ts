import { z } from 'zod';

/** What happened in one second, or in five minutes. */
export interface HistoryPoint {
  /** Its end for a second, its beginning for five minutes. */
  readonly at: string;
  readonly seconds: number;
  readonly requests: number;
  /** By tier; a tier that had none is left out. */
  readonly hits: Readonly<Record<string, number>>;
  readonly misses: number;
  readonly bytes: number;
  /** Answers of class 5xx. */
  readonly errors: number;
  /** Null without requests. */
  readonly p50_ms: number | null;
  readonly p90_ms: number | null;
  readonly p99_ms: number | null;
  readonly upstream_calls: number;
  readonly upstream_failures: number;
}

export const historyPoint: z.ZodType<HistoryPoint> = z
  .object({
    at: z.iso.datetime().describe('Its end for a second, its beginning for five minutes'),
    seconds: z.number().describe('How long it lasted'),
    requests: z.number().int(),
    hits: z.record(z.string(), z.number().int()).describe('By tier; a tier that had none is left out'),
    misses: z.number().int(),
    bytes: z.number().int(),
    errors: z.number().int().describe('Answers of class 5xx'),
    p50_ms: z.number().nullable().describe('Null without requests'),
    p90_ms: z.number().nullable(),
    p99_ms: z.number().nullable(),
    upstream_calls: z.number().int(),
    upstream_failures: z.number().int(),
  })
  .meta({ id: 'HistoryPoint' });

/** By the second for five minutes and by five minutes for a day, oldest first. */
export interface Series {
  readonly seconds: readonly HistoryPoint[];
  readonly five_minutes: readonly HistoryPoint[];
}
