import type { AttemptEvent } from './attempt.js';
import type { Launcher } from './launcher.js';
import type { Settings } from './options.js';

/** What all dispatches of a dispatcher share. */
export interface CallContext {
  readonly settings: Settings;
  readonly launcher: Launcher;
  /** Undefined while nobody listens. */
  readonly onAttempt: ((event: AttemptEvent) => void) | undefined;
  /** Nothing new is begun. */
  readonly closed: boolean;
}
