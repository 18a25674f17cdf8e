import { wholeNumber } from '../checks.js';
import { resolveSettings, type CompleteSettings, type TaskSettings } from '../settings.js';
import type { Connect } from './connect.js';

export interface BullmqDriverOptions extends TaskSettings {
  /** Makes a connection, as `connectTo` does. A `work` connection has `maxRetriesPerRequest: null`, none has a key prefix. */
  readonly connect: Connect;
  /** In front of all keys; its hash tag keeps them on one node of a cluster, as BullMQ needs. @default 'forebay:{tasks}' */
  readonly prefix?: string;
  /** Milliseconds after which a question that Redis does not answer fails. @default 5000 */
  readonly patience?: number;
  /**
   * Milliseconds for which a worker that shows no sign of life keeps its task. One that was killed has its task taken
   * over after that and up to half of it more.
   * @default 30000
   */
  readonly lockDuration?: number;
  /** Told of what goes wrong in the background: connections lost, renewals failed. @default nobody */
  readonly onError?: (error: Error) => void;
}

export interface CompleteBullmqOptions {
  readonly settings: CompleteSettings;
  readonly connect: Connect;
  readonly prefix: string;
  readonly patience: number;
  readonly lockDuration: number;
  readonly onError: (error: Error) => void;
}

/** @throws {RangeError} naming the option and the value */
export function resolveBullmqOptions(given: BullmqDriverOptions): CompleteBullmqOptions {
  const prefix = given.prefix ?? 'forebay:{tasks}';
  if (!/\{[^}]+\}/.test(prefix)) {
    throw new RangeError(`prefix must have a hash tag such as {tasks}, which ${JSON.stringify(prefix)} has not`);
  }
  return {
    settings: resolveSettings(given),
    connect: given.connect,
    prefix,
    patience: wholeNumber('patience', given.patience ?? 5000, 1),
    lockDuration: wholeNumber('lockDuration', given.lockDuration ?? 30_000, 100),
    onError: given.onError ?? (() => undefined),
  };
}
