import { createTaskRunner, maintenanceSchedules, memoryDriver, type Schedule } from '@forebay/image-proxy/tasks';
import type { Config } from '../config/config.js';
import type { PrimaryContext } from '../process/roles.js';
import { answerForQueues } from '../parts/task-bus.js';
import { openSignedImages } from '../parts/signed-images.js';
import { taskHandlers } from '../parts/task-handlers.js';
import { redisQueues } from '../parts/task-redis.js';
import { taskStats } from '../topics.js';

/** Milliseconds for tasks to end once nobody is served any more: they are short, and those in Redis go on elsewhere. */
const LAST_TASKS = 2000;

/**
 * Runs tasks in the primary: those in its own memory, or some of those in Redis, beside the workers of other machines.
 * Returns what ends it.
 */
export async function runTasks({ bus, config, logger }: PrimaryContext): Promise<() => Promise<void>> {
  const images = await openSignedImages(config, logger, bus);
  const driver = config.redis ? await redisQueues(config.redis, logger) : memoryDriver();
  const ends = [bus.handle(taskStats, () => driver.stats()), ...(config.redis ? [] : [answerForQueues(bus, driver)])];
  driver.work(createTaskRunner({ handlers: taskHandlers(images, config) }), schedulesOf(config));
  return async () => {
    for (const end of ends) end();
    await driver.close(Math.min(config.server.shutdownTimeout, LAST_TASKS));
    await images.close();
  };
}

/** What runs by itself: URLs are looked after several times in the span in which they are due. */
export function schedulesOf({ signedImages }: Config): readonly Schedule[] {
  const preRefreshInterval = Math.min(60_000, Math.max(1000, Math.floor(signedImages.refreshBefore / 4)));
  return maintenanceSchedules({ preRefreshInterval });
}
