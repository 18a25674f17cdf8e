import type { BatchResult, Json, QueueStats, TaskQueue, TaskRecord, TaskStatus } from './task.js';

/** A task to be run. */
export interface NewTask {
  readonly queue: TaskQueue;
  /** What the runner goes by. */
  readonly kind: string;
  readonly payload: Json;
  /**
   * With parts, each is run by itself, wherever a worker is free, and the task ends when the last has, with the sum of
   * their results.
   */
  readonly parts?: readonly (readonly string[])[];
}

/** A task without parts. */
export type Order = Omit<NewTask, 'parts'>;

/** A task that is run again and again. The same `id` scheduled again replaces what was, on every node. */
export interface Schedule {
  readonly id: string;
  /** Milliseconds between two runs. */
  readonly every: number;
  readonly task: Order;
}

export interface TaskFilter {
  readonly queue?: TaskQueue | undefined;
  readonly status?: TaskStatus | undefined;
  readonly limit: number;
  readonly offset: number;
}

export interface TaskPage {
  readonly tasks: readonly TaskRecord[];
  readonly total: number;
}

/** What can be asked of the queues from anywhere: also from a process that runs no tasks itself. */
export interface TaskQueues {
  /** @throws {QueueFullError} */
  enqueue(task: NewTask): Promise<TaskRecord>;
  get(taskId: string): Promise<TaskRecord | undefined>;
  /** What the task was asked to do, without its parts; undefined if it is not known, or a schedule. */
  orderOf(taskId: string): Promise<Order | undefined>;
  /** What runs first, then what waits, then what ended: within each the newest first. Results of batches lack `errors`. */
  list(filter: TaskFilter): Promise<TaskPage>;
  /** What runs now, up to a thousand. */
  active(): Promise<readonly TaskRecord[]>;
  stats(): Promise<readonly QueueStats[]>;
  /**
   * Stops a task. One that waits is `REVOKED` at once; one that runs is told to stop and is so soon after.
   * @throws {TaskNotFoundError} @throws {TaskFinishedError}
   */
  revoke(taskId: string): Promise<TaskRecord>;
  /** @throws {QueueFullError} with too many schedules */
  schedule(schedule: Schedule): Promise<TaskRecord>;
  /** Whether there was such a schedule. A run that has begun goes on. */
  unschedule(id: string): Promise<boolean>;
}

/** A task being run. */
export interface RunningTask {
  readonly taskId: string;
  readonly kind: string;
  readonly payload: Json;
  /** 1 the first time. */
  readonly attempt: number;
  /** Aborted when the task is revoked, the time to shut down is up, or another worker has taken it over. */
  readonly signal: AbortSignal;
}

/** Runs tasks. An error whose `retryable` is false fails the task at once; any other costs one of its attempts. */
export interface TaskRunner {
  run(task: RunningTask): Promise<Json>;
  /** Runs one part, and calls `done` as keys are finished. It handles the failures of keys itself. */
  runPart(task: RunningTask, keys: readonly string[], done: (keys: number) => void): Promise<BatchResult>;
}

/** Queues that can also run what is in them, in this process. */
export interface TaskDriver extends TaskQueues {
  /** Begins to run tasks, and sees to it that the schedules are there: as soon as the queues answer. */
  work(runner: TaskRunner, schedules?: readonly Schedule[]): void;
  /**
   * Takes no new task and waits for those that run. What is left after `timeout` ms is aborted; another worker takes it
   * over where tasks outlive the process.
   * @returns whether all ended by themselves
   */
  close(timeout?: number): Promise<boolean>;
}
