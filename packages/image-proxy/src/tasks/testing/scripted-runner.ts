import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningTask, TaskRunner } from '../driver.js';
import type { BatchResult, Json, TaskRecord } from '../task.js';
import type { TaskQueues } from '../driver.js';

/** A runner that does as the test says, and writes down what it was given. */
export class ScriptedRunner implements TaskRunner {
  readonly runs: { readonly task: RunningTask; readonly at: number }[] = [];
  #script: (task: RunningTask) => Promise<Json>;

  constructor(script: (task: RunningTask) => Promise<Json> = async () => null) {
    this.#script = script;
  }

  async run(task: RunningTask): Promise<Json> {
    this.runs.push({ task, at: performance.now() });
    return this.#script(task);
  }

  /** Keys that begin with `bad` fail. */
  async runPart(task: RunningTask, keys: readonly string[], done: (keys: number) => void): Promise<BatchResult> {
    await this.run(task);
    done(keys.length);
    const bad = keys.filter((key) => key.startsWith('bad'));
    const errors = Object.fromEntries(bad.map((key) => [key, 'no such image']));
    return { total: keys.length, succeeded: keys.length - bad.length, failed: bad.length, errors };
  }
}

/** Runs until told to stop, and says when it began. */
export function endless(): { readonly script: (task: RunningTask) => Promise<Json>; readonly begun: Promise<void> } {
  let begin: () => void;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const script = ({ signal }: RunningTask): Promise<Json> => {
    begin();
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  };
  return { script, begun };
}

/** Looks again and again until it is as wanted; gives up after ten seconds. */
export async function until<T>(look: () => Promise<T>, wanted: (value: T) => boolean, what: string): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}; last: ${JSON.stringify(value)}`);
    await sleep(10);
  }
}

/** The task's record once it has ended. */
export async function ended(queues: TaskQueues, taskId: string): Promise<TaskRecord> {
  const record = await until(
    () => queues.get(taskId),
    (found) => found !== undefined && found.finishedAt !== null,
    `task ${taskId} has ended`,
  );
  if (record === undefined) throw new Error(`task ${taskId} is gone`);
  return record;
}
