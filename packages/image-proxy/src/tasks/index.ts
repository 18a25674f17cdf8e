export { backoffDelay, type Backoff } from './backoff.js';
export type { TaskClock } from './clock.js';
export type {
  NewTask,
  Order,
  RunningTask,
  Schedule,
  TaskDriver,
  TaskFilter,
  TaskPage,
  TaskQueues,
  TaskRunner,
} from './driver.js';
export {
  isTaskError,
  QueueFullError,
  TaskError,
  TaskFinishedError,
  TaskNotFailedError,
  TaskNotFoundError,
  TasksUnavailableError,
} from './errors.js';
export { memoryDriver, type MemoryDriverOptions } from './memory/memory-driver.js';
export { createTaskRunner, maintenanceSchedules, type TaskHandlers, type TaskRunnerOptions } from './runner.js';
export type { TaskSettings } from './settings.js';
export { taskQueues, taskStatuses } from './task.js';
export { RUN_TIME_BOUNDS, type RunTimes } from './run-times.js';
export type { BatchResult, Json, QueueStats, QueueTotals, TaskQueue, TaskRecord, TaskStatus } from './task.js';
export { createTasks, LONGEST_INTERVAL, MOST_BATCH_SIZE, MOST_KEYS, SHORTEST_INTERVAL, type Tasks } from './tasks.js';
