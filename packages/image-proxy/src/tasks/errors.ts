/** The base of what goes wrong with tasks; `code` is stable, for programs. */
export class TaskError extends Error {
  override readonly name: string = 'TaskError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** There is no such task, or no longer. */
export class TaskNotFoundError extends TaskError {
  override readonly name = 'TaskNotFoundError';

  constructor(taskId: string) {
    super('FOREBAY_TASK_NOT_FOUND', `there is no task ${JSON.stringify(taskId)}, or its record is no longer kept`);
  }
}

/** The task has ended and cannot be revoked. */
export class TaskFinishedError extends TaskError {
  override readonly name = 'TaskFinishedError';

  constructor(taskId: string, status: string) {
    super('FOREBAY_TASK_FINISHED', `task ${taskId} has ended already: ${status}`);
  }
}

/** The task has not failed, or cannot be run once more. */
export class TaskNotFailedError extends TaskError {
  override readonly name = 'TaskNotFailedError';

  constructor(taskId: string, why: string) {
    super('FOREBAY_TASK_NOT_FAILED', `task ${taskId} cannot be retried: ${why}`);
  }
}

/** As much is waiting as may. */
export class QueueFullError extends TaskError {
  override readonly name = 'QueueFullError';

  constructor(what: string, most: number) {
    super('FOREBAY_TASK_QUEUE_FULL', `no more than ${most} ${what} at a time`);
  }
}

/** The queues cannot be reached now. */
export class TasksUnavailableError extends TaskError {
  override readonly name = 'TasksUnavailableError';

  constructor(message = 'the task queues do not answer', options?: ErrorOptions) {
    super('FOREBAY_TASKS_UNAVAILABLE', message, options);
  }
}

/** Why a signal was aborted: the task was revoked. */
export class TaskRevokedError extends TaskError {
  override readonly name = 'TaskRevokedError';

  constructor() {
    super('FOREBAY_TASK_REVOKED', 'revoked');
  }
}

/** Why a signal was aborted: this process stops working on the task, which may go on elsewhere. */
export class WorkerStoppedError extends TaskError {
  override readonly name = 'WorkerStoppedError';

  constructor(message: string) {
    super('FOREBAY_TASK_WORKER_STOPPED', message);
  }
}

const taskErrorCode = /^FOREBAY_TASK/;

/** Whether it is one of this package's, also where there are two copies of it. */
export function isTaskError(error: unknown): error is TaskError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && taskErrorCode.test(error.code);
}

/** A client error (the key does not exist, access denied) says so with `retryable: false`. */
export function isRetryable(error: unknown): boolean {
  return !(typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === false);
}
