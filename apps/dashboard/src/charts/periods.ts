import type { Point } from '../api/overview.js';
import type { Past } from '../live/history.js';

/** Periods that can be looked at: the last five minutes are known by the second, the last day by five minutes. */
export const periods = ['5m', '1h', '6h', '24h'] as const;
export type Period = (typeof periods)[number];

const SECONDS: Readonly<Record<Period, number>> = { '5m': 300, '1h': 3600, '6h': 21_600, '24h': 86_400 };

export interface Window {
  /** Epoch seconds. */
  readonly from: number;
  readonly to: number;
  readonly points: readonly Point[];
}

/** What a period shows, at a moment of the server's. */
export function windowOf(period: Period, past: Past, now: string): Window {
  const to = Date.parse(now) / 1000;
  const from = to - SECONDS[period];
  const points = (period === '5m' ? past.seconds : past.slots).filter(({ at }) => Date.parse(at) / 1000 >= from);
  return { from, to, points };
}
