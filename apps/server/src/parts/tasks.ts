import { createTasks } from '@forebay/image-proxy/tasks';
import { createManagementAccess } from '../middleware/management-access.js';
import { queueBoardRoutes } from '../routes/queue-board.js';
import { taskRoutes } from '../routes/tasks.js';
import type { Feature, FeatureContext } from './feature.js';
import { busQueues } from './task-bus.js';
import { hasTasks } from './task-handlers.js';
import { redisQueues } from './task-redis.js';

/** The tasks' endpoints of a worker. The queues are in Redis, or else in the primary's memory. */
export async function tasksFeature({ bus, config, logger, sessions, trusted }: FeatureContext): Promise<Feature> {
  const inRedis = config.redis && hasTasks(config) ? await redisQueues(config.redis, logger) : undefined;
  const tasks = hasTasks(config) ? createTasks({ queues: inRedis ?? busQueues(bus) }) : undefined;
  // The board shows what is in the queues and changes it: it is not among what PUBLIC_STATUS opens.
  const access = createManagementAccess({ ...config.server, publicStatus: false }, trusted, sessions);
  return {
    routes(app) {
      taskRoutes(app, tasks);
      queueBoardRoutes(app, access, inRedis);
    },
    async close() {
      await inRedis?.close();
    },
  };
}
