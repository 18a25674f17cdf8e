import { createTaskRunner, maintenanceSchedules, type Schedule, type TaskDriver } from '@forebay/image-proxy/tasks';
import type { Config } from '../config/config.js';
import type { PrimaryContext } from '../process/roles.js';
import { answerForQueues } from '../parts/task-bus.js';
import { openSignedImages } from '../parts/signed-images.js';
import { taskHandlers } from '../parts/task-handlers.js';
import { redisQueues } from '../parts/task-redis.js';
import { taskStats } from '../topics.js';
import { workInMemory } from './kept-tasks.js';

/** Tasks that run in the primary. */
export interface TaskDuties {
  /** The server stops: begins no more tasks, and gives those that run so many ms. Resolves to whether all of them ended. */
  drain(timeout: number): Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * Runs tasks in the primary: those in its own memory, which a reload leaves where they are, or some of those in Redis,
 * beside the workers of other machines.
 */
export async function runTasks(context: PrimaryContext): Promise<TaskDuties> {
  const { bus, config, logger } = context;
  const { shutdownTimeout } = config.server;
  const images = await openSignedImages(config, logger, bus);
  const work = await takeUp(context, taskHandlers(images, config));
  const { driver } = work;
  const ends = [bus.handle(taskStats, () => driver.stats()), ...(config.redis ? [] : [answerForQueues(bus, driver)])];
  return {
    drain: (timeout) => driver.close(timeout),
    async stop() {
      for (const end of ends) end();
      await work.leave(shutdownTimeout);
      await images.close();
    },
  };
}

async function takeUp(
  { config, fleet, logger }: PrimaryContext,
  handlers: ReturnType<typeof taskHandlers>,
): Promise<{ readonly driver: TaskDriver; leave(timeout: number): Promise<boolean> }> {
  const schedules = schedulesOf(config);
  if (config.redis === undefined) return workInMemory(fleet, handlers, schedules);
  const driver = await redisQueues(config.redis, logger);
  driver.work(createTaskRunner({ handlers }), schedules);
  return { driver, leave: (timeout) => driver.close(timeout) };
}

/** What runs by itself: URLs are looked after several times in the span in which they are due. */
export function schedulesOf({ signedImages }: Config): readonly Schedule[] {
  const preRefreshInterval = Math.min(60_000, Math.max(1000, Math.floor(signedImages.refreshBefore / 4)));
  return maintenanceSchedules({ preRefreshInterval });
}
