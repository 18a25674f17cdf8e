import type { AttemptEvent, AttemptLimits } from './attempt-owner.js';
import type { Launcher } from './launcher.js';
import type { Settings } from './options.js';
import type { Slots } from './slots.js';

/** What all dispatches of a dispatcher share. */
export interface CallContext {
  readonly settings: Settings;
  readonly launcher: Launcher;
  /** Places among all connections. */
  readonly slots: Slots;
  /** Of dispatches that say nothing else. */
  readonly limits: AttemptLimits;
  /** Undefined while nobody listens. */
  readonly onAttempt: ((event: AttemptEvent) => void) | undefined;
  /** Nothing new is begun. */
  readonly closed: boolean;
}
