import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessHealth } from './roles.js';

/** Event-loop delay is sampled this often, in milliseconds; the sampling itself is no delay and is taken off. */
const resolution = 20;

/** Watches this process; each look covers the time since the last one. */
export interface VitalSigns {
  look(): ProcessHealth;
  stop(): void;
}

const milliseconds = (nanoseconds: number): number =>
  Number.isFinite(nanoseconds) ? Math.max(0, Math.round(nanoseconds / 1e4) / 100 - resolution) : 0;

export const watchVitalSigns = (): VitalSigns => {
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  return {
    look: () => {
      const memory = process.memoryUsage();
      const health: ProcessHealth = {
        eventLoopDelayMean: milliseconds(delay.mean),
        eventLoopDelayP99: milliseconds(delay.percentile(99)),
        eventLoopDelayMax: milliseconds(delay.max),
        rss: memory.rss,
        heapUsed: memory.heapUsed,
      };
      delay.reset();
      return health;
    },
    stop: () => {
      delay.disable();
    },
  };
};
