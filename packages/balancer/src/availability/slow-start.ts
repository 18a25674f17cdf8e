export interface SlowStartSettings {
  readonly window: number;
  readonly minimum: number;
  readonly aggression: number;
}

/** The share of its weight that an endpoint has, `elapsed` ms after its recovery (Envoy's slow start mode). */
export function slowStartShare(elapsed: number, settings: SlowStartSettings): number {
  if (elapsed >= settings.window) return 1;
  return Math.max(settings.minimum, (elapsed / settings.window) ** (1 / settings.aggression));
}
