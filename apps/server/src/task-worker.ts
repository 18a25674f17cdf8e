import { createTaskRunner } from '@forebay/image-proxy/tasks';
import type { Config } from './config/config.js';
import { schedulesOf } from './duties/tasks.js';
import type { Logger } from './log/logger.js';
import { openSignedImages } from './parts/signed-images.js';
import { taskHandlers } from './parts/task-handlers.js';
import { redisQueues } from './parts/task-redis.js';
import { onSignals } from './process/signals.js';

/** Runs tasks from the queues in Redis until a signal ends it. Resolves with the exit status: 1 if tasks were cut short. */
export async function runTaskWorker(config: Config, logger: Logger): Promise<number> {
  if (config.redis === undefined) throw new TypeError('a worker takes its tasks from Redis');
  const crash = (error: unknown): void => {
    logger.fatal({ event: 'uncaught_exception', err: error }, 'the worker ends');
    process.exit(1);
  };
  process.on('uncaughtException', crash).on('unhandledRejection', crash);
  const images = await openSignedImages(config, logger);
  const driver = await redisQueues(config.redis, logger);
  driver.work(createTaskRunner({ handlers: taskHandlers(images, config) }), schedulesOf(config));
  logger.info({ event: 'task_worker_started' }, 'working on the task queues');
  // Nothing else keeps the process alive while Redis is away.
  const alive = setInterval(() => undefined, 60_000);
  const signal = await new Promise<string>((resolve) => {
    onSignals({
      stop: resolve,
      force: () => process.exit(1),
      reload: () => logger.warn({ event: 'config_warning' }, 'a worker takes up a new configuration at its next start'),
    });
  });
  clearInterval(alive);
  logger.info({ event: 'task_worker_stopping', signal }, `${signal}: stopping once the tasks that run have ended`);
  const clean = await driver.close(config.server.shutdownTimeout);
  await images.close();
  logger.info({ event: 'task_worker_stopped' }, clean ? 'stopped' : 'stopped; tasks were handed back');
  return clean ? 0 : 1;
}
