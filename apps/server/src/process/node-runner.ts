import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../log/logger.js';
import { openDoors, type Doors } from './doors.js';
import type { NodeApp } from './roles.js';
import type { Config } from '../config/index.js';
import type { DrainOrder } from './wire.js';

/** After the last answer: for its bytes to leave, and for clients to hang up. Milliseconds. */
const lastGoodbye = 250;

/** Whether the promise settled within the time. */
const within = async (milliseconds: number, promise: Promise<unknown>): Promise<boolean> => {
  const timer = new AbortController();
  try {
    return await Promise.race([
      promise.then(() => true),
      wait(milliseconds, false, { signal: timer.signal, ref: true }).catch(() => false),
    ]);
  } finally {
    timer.abort();
  }
};

/** Stops an app that gets no more requests. False if it took too long or failed: the rest is to be cut. */
export const stopApp = async (app: NodeApp, timeout: number, logger: Logger): Promise<boolean> => {
  try {
    return await within(timeout, app.stop());
  } catch (error) {
    logger.error({ event: 'server_stop_forced', err: error }, 'stopping failed');
    return false;
  }
};

/** Starts an app and opens the doors to it. */
export const openNode = async (config: Config, app: NodeApp, logger: Logger): Promise<Doors> => {
  await app.start();
  return openDoors(config, app, logger);
};

/** Takes a node out of service as ordered. True if every request in flight was answered. */
export const drain = async (app: NodeApp, doors: Doors, order: DrainOrder, logger: Logger): Promise<boolean> => {
  app.setDraining(order.reason);
  doors.askToLeave();
  await wait(order.delay);
  const deadline = performance.now() + order.timeout;
  const everyoneLeft = doors.stopAccepting();
  if (order.linger > 0) await within(order.linger, everyoneLeft);
  const left = (): number => Math.max(0, deadline - performance.now());
  // Before idle connections are closed, and again for what was answered since.
  const flushed = await doors.flushed(left());
  doors.closeIdle();
  const stopped = await stopApp(app, left(), logger);
  const clean = flushed && stopped && (await doors.flushed(left()));
  if (clean) {
    doors.closeIdle();
    await within(lastGoodbye, everyoneLeft);
  }
  doors.cut();
  return clean;
};
