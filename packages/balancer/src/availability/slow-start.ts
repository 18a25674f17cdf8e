import type { SlowStartOptions } from '../options.js';

/** The share of its weight that an endpoint has, `elapsed` ms after its recovery (Envoy's slow start mode). */
export function slowStartShare(elapsed: number, { window, minimum, aggression }: Required<SlowStartOptions>): number {
  return elapsed >= window ? 1 : Math.max(minimum, (Math.max(0, elapsed) / window) ** (1 / aggression));
}
