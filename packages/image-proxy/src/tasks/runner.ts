import { backoffDelay, type Backoff } from './backoff.js';
import { wholeNumber } from './checks.js';
import { systemClock, wait, type TaskClock } from './clock.js';
import type { RunningTask, Schedule, TaskRunner } from './driver.js';
import { isRetryable, TaskError } from './errors.js';
import { CLEAN_UP, PRE_REFRESH, REFRESH } from './kinds.js';
import { safeMessage } from './safe-message.js';
import type { BatchResult, Json } from './task.js';
import { Turns } from './turns.js';
import { untilAborted } from './until-aborted.js';

/** What the tasks really do. What they return is kept as the task's result: nothing secret, please. */
export interface TaskHandlers {
  /** @throws an error with `retryable: false` where trying again is of no use: there is no such image, access denied */
  refresh(imageKey: string, options: { readonly force: boolean; readonly signal: AbortSignal }): Promise<Json>;
  /** Signs anew what is about to run out and still in use. */
  preRefresh(options: { readonly signal: AbortSignal }): Promise<Json>;
  /** Removes what has run out. */
  cleanUp(options: { readonly signal: AbortSignal }): Promise<Json>;
}

export interface TaskRunnerOptions {
  readonly handlers: TaskHandlers;
  /** Keys of batches refreshed at once in this process, over all batches. @default 50 */
  readonly keysAtOnce?: number;
  /** How often each key of a batch is tried. @default 3 */
  readonly keyAttempts?: number;
  /** Milliseconds before a key's second attempt, doubled before each further one, and jittered. @default 1000 */
  readonly retryDelay?: number;
  /** @default the system's */
  readonly clock?: TaskClock;
  /** @default Math.random */
  readonly random?: () => number;
}

/** Runs the tasks that `createTasks` makes. */
export function createTaskRunner(options: TaskRunnerOptions): TaskRunner {
  const { handlers, clock = systemClock, random = Math.random } = options;
  const attempts = wholeNumber('keyAttempts', options.keyAttempts ?? 3, 1, 100);
  const retryDelay = wholeNumber('retryDelay', options.retryDelay ?? 1000, 0, 86_400_000);
  const backoff: Backoff = { delay: retryDelay, maxDelay: 60_000 };
  const turns = new Turns(wholeNumber('keysAtOnce', options.keysAtOnce ?? 50, 1, 10_000));

  /** Undefined, or why the key could not be refreshed. A key that waits for its next attempt holds no turn. */
  async function refreshKey(imageKey: string, signal: AbortSignal): Promise<string | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await turns.take(async () => {
          signal.throwIfAborted();
          await untilAborted(signal, handlers.refresh(imageKey, { force: false, signal }));
        });
        return undefined;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (attempt >= attempts || !isRetryable(error)) return safeMessage(error);
        await wait(clock, backoffDelay(backoff, attempt, random), signal);
      }
    }
  }

  return {
    run: (task) => runOne(handlers, task),
    async runPart({ signal }, keys, done): Promise<BatchResult> {
      const failures: [string, string][] = [];
      // A store that is down says the same thousands of times; it is kept once.
      const said = new Map<string, string>();
      const refreshed = keys.map(async (key) => {
        const failure = await refreshKey(key, signal);
        if (failure !== undefined) {
          if (!said.has(failure)) said.set(failure, failure);
          failures.push([key, said.get(failure) ?? failure]);
        }
        done(1);
      });
      await Promise.all(refreshed);
      const failed = failures.length;
      return { total: keys.length, succeeded: keys.length - failed, failed, errors: Object.fromEntries(failures) };
    },
  };
}

async function runOne(handlers: TaskHandlers, { kind, payload, signal }: RunningTask): Promise<Json> {
  if (kind === PRE_REFRESH) return handlers.preRefresh({ signal });
  if (kind === CLEAN_UP) return handlers.cleanUp({ signal });
  const { image_key: imageKey, force } = (payload ?? {}) as { readonly image_key?: unknown; readonly force?: unknown };
  if (kind === REFRESH && typeof imageKey === 'string') {
    return handlers.refresh(imageKey, { force: force === true, signal });
  }
  throw new UnknownTaskError(kind);
}

/** A task of another version's making. */
class UnknownTaskError extends TaskError {
  override readonly name = 'UnknownTaskError';
  readonly retryable = false;

  constructor(kind: string) {
    super('FOREBAY_TASK_UNKNOWN', `this version knows no task ${JSON.stringify(kind)} with such a payload`);
  }
}

/** The tasks that run by themselves. Their ids are the same on every node, so that there is one of each. */
export function maintenanceSchedules(
  options: {
    /** Milliseconds between two looks at what is about to run out. @default 60000 */
    readonly preRefreshInterval?: number;
    /** Milliseconds. @default 3600000 */
    readonly cleanUpInterval?: number;
  } = {},
): readonly Schedule[] {
  const { preRefreshInterval = 60_000, cleanUpInterval = 3_600_000 } = options;
  const schedule = (kind: string, name: string, every: number): Schedule => ({
    id: `maintenance-${kind}`,
    every: wholeNumber(name, every, 100),
    task: { queue: 'maintenance', kind, payload: null },
  });
  return [
    schedule(PRE_REFRESH, 'preRefreshInterval', preRefreshInterval),
    schedule(CLEAN_UP, 'cleanUpInterval', cleanUpInterval),
  ];
}
