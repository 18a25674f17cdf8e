import type { TaskDriver } from '../driver.js';
import type { TaskSettings } from '../settings.js';
import { batchChecks } from './batch-checks.js';
import { queueChecks } from './queue-checks.js';
import { scheduleChecks } from './schedule-checks.js';
import { RETRY_DELAY, type Check } from './subjects.js';
import { taskChecks } from './task-checks.js';

/** What a test runner offers: vitest's, `node:test`'s and others' functions all fit. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

/** Empty queues to test, made anew for each test. */
export interface DriverSubject {
  readonly driver: TaskDriver;
  /** Removes what the test leaves; the driver is closed by then. */
  readonly cleanUp?: () => Promise<void>;
}

/** Runs the tests that every task driver has to pass. */
export function runDriverConformance(
  name: string,
  make: (settings: TaskSettings) => Promise<DriverSubject>,
  { describe, it }: TestFunctions,
): void {
  const check: Check = (title, body, settings = {}) => {
    it(title, async () => {
      const { driver, cleanUp } = await make({ retryDelay: RETRY_DELAY, ...settings });
      try {
        await body(driver);
      } finally {
        await driver.close();
        await cleanUp?.();
      }
    });
  };
  describe(`${name}: a task`, () => taskChecks(check));
  describe(`${name}: a batch`, () => batchChecks(check));
  describe(`${name}: queues`, () => queueChecks(check));
  describe(`${name}: a schedule`, () => scheduleChecks(check));
}
