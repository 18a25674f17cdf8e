import type { NewTask, TaskDriver } from '../driver.js';
import type { TaskSettings } from '../settings.js';

/** One thing that every driver must do, tried with one that has nothing in its queues. */
export type Check = (title: string, body: (driver: TaskDriver) => Promise<void>, settings?: TaskSettings) => void;

/** Milliseconds; small, so that tests take little. */
export const RETRY_DELAY = 100;

export const single = (kind = 'refresh'): NewTask => ({ queue: 'quick', kind, payload: { image_key: 'a/b.jpg' } });

export const batch = (...parts: readonly (readonly string[])[]): NewTask => ({
  queue: 'batch',
  kind: 'batch-refresh',
  payload: null,
  parts,
});
