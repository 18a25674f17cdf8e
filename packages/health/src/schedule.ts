import type { ProberOptions } from './options.js';
import { type HealthState, isWavering } from './state.js';

type ScheduleOptions = Pick<
  ProberOptions,
  'interval' | 'fastInterval' | 'downInterval' | 'maxRecoveryInterval' | 'jitter' | 'rise' | 'random'
>;

const byState = (state: HealthState, options: ScheduleOptions): number => {
  if (isWavering(state)) return options.fastInterval;
  return state.health === 'down' ? options.downInterval : options.interval;
};

/**
 * The time from the start of one probe to the start of the next, in ms: `fastInterval` while the state may be about to
 * change, `downInterval` while down, `interval` when steady, each ± `jitter`. While down it never exceeds
 * `maxRecoveryInterval / rise`, so that `rise` successes come in within `maxRecoveryInterval` of the recovery.
 */
export const nextDelay = (state: HealthState, options: ScheduleOptions): number => {
  const delay = byState(state, options) * (1 + options.jitter * (2 * options.random() - 1));
  return state.health === 'down' ? Math.min(delay, options.maxRecoveryInterval / options.rise) : delay;
};
