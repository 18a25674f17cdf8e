import type { Config, ConfigEntry } from '../config/index.js';
import type { FleetView, Listening } from './roles.js';

/** What the nodes of one generation run with. */
export interface Plan {
  readonly config: Config;
  readonly entries: readonly ConfigEntry[];
}

/** All requests go to the new nodes. */
export interface Reloaded {
  /** Resolves when the old nodes have answered what they had begun to, and are gone. */
  readonly oldGone: Promise<unknown>;
}

/** The nodes of the server, be they many processes or one. */
export interface Deployment extends FleetView {
  /** Resolves when all of them serve. A worker that dies on the way is tried again; @throws StartError if it cannot be. */
  start(): Promise<Listening>;
  /** Changes to another plan without dropping a request. If that fails, the promise rejects and the old plan stays. */
  reload(plan: Plan): Promise<Reloaded>;
  /** Ends gently. True if every request in flight was answered. */
  stop(): Promise<boolean>;
  /** Ends at once. */
  kill(): void;
}
