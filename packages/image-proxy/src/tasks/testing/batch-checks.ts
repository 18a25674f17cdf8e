import { deepEqual, equal, ok } from 'node:assert/strict';
import type { BatchResult } from '../task.js';
import { ended, endless, ScriptedRunner, until } from './scripted-runner.js';
import { batch, type Check } from './subjects.js';

export function batchChecks(check: Check): void {
  check('runs its parts, and adds up what they came to', async (driver) => {
    const runner = new ScriptedRunner();
    driver.work(runner);
    const { taskId, queue } = await driver.enqueue(batch(['a', 'b'], ['bad1', 'c'], ['__proto__', 'bad2']));
    equal(queue, 'batch');
    const record = await ended(driver, taskId);
    deepEqual([record.status, record.progress, record.attempts], ['SUCCESS', 100, 1]);
    const { errors, ...sums } = record.result as unknown as BatchResult;
    deepEqual(sums, { total: 6, succeeded: 4, failed: 2 });
    deepEqual(
      Object.entries(errors).toSorted(([a], [b]) => (a < b ? -1 : 1)),
      [
        ['bad1', 'no such image'],
        ['bad2', 'no such image'],
      ],
    );
    equal(runner.runs.length, 3);
    const listed = await driver.list({ queue: 'batch', limit: 1, offset: 0 });
    deepEqual(listed.tasks[0]?.result, { total: 6, succeeded: 4, failed: 2 });
  });

  check(
    'tells how far it has come',
    async (driver) => {
      const { script, begun } = endless();
      let runs = 0;
      driver.work(new ScriptedRunner((task) => (++runs === 1 ? Promise.resolve(null) : script(task))));
      const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
      const { taskId } = await driver.enqueue(
        batch(
          keys,
          keys.map((key) => `${key}b`),
        ),
      );
      await begun;
      const record = await until(
        () => driver.get(taskId),
        (found) => found?.progress === 50,
        'it is half done',
      );
      equal(record?.status, 'STARTED');
      deepEqual(
        (await driver.active()).map((task) => task.taskId),
        [taskId],
      );
    },
    { concurrency: 1 },
  );

  check(
    'is stopped with all of its parts',
    async (driver) => {
      const { script, begun } = endless();
      const runner = new ScriptedRunner(script);
      driver.work(runner);
      const { taskId } = await driver.enqueue(batch(['a'], ['b'], ['c'], ['d']));
      await begun;
      await driver.revoke(taskId);
      equal((await ended(driver, taskId)).status, 'REVOKED');
      ok(runner.runs.length <= 2, `${runner.runs.length} parts were begun`);
      ok(runner.runs.every(({ task }) => task.signal.aborted));
    },
    { concurrency: 2 },
  );

  check('that waits is revoked at once', async (driver) => {
    const { taskId } = await driver.enqueue(batch(['a'], ['b']));
    equal((await driver.revoke(taskId)).status, 'REVOKED');
    const runner = new ScriptedRunner();
    driver.work(runner);
    await ended(driver, (await driver.enqueue(batch(['c']))).taskId);
    equal(runner.runs.length, 1);
  });
}
