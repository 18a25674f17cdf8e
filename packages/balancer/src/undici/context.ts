import type { Events } from '../events.js';
import type { AttemptEvent, AttemptLimits } from './attempt-owner.js';
import type { Launcher } from './launcher.js';
import type { Settings } from './options.js';
import type { Slots } from './slots.js';

/** What a dispatcher tells. */
export interface UpstreamEvents {
  attempt: AttemptEvent;
}

/** What all dispatches of a dispatcher share. */
export interface CallContext {
  readonly settings: Settings;
  readonly launcher: Launcher;
  /** Places among all connections. */
  readonly slots: Slots;
  /** Of dispatches that say nothing else. */
  readonly limits: AttemptLimits;
  readonly events: Events<UpstreamEvents>;
  /** Nothing new is begun. */
  closed: boolean;
}
