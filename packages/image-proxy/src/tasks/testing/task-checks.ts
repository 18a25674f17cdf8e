import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { TaskFinishedError, TaskNotFoundError } from '../errors.js';
import type { TaskStatus } from '../task.js';
import { ended, endless, ScriptedRunner, until } from './scripted-runner.js';
import { type Check, RETRY_DELAY, single } from './subjects.js';

export function taskChecks(check: Check): void {
  check('waits until somebody works, runs, and leaves its result', async (driver) => {
    const { taskId, status, createdAt } = await driver.enqueue(single());
    equal(status, 'PENDING');
    deepEqual(await driver.get(taskId), {
      taskId,
      queue: 'quick',
      status: 'PENDING',
      attempts: 0,
      progress: 0,
      result: null,
      error: null,
      createdAt,
      finishedAt: null,
    });
    const runner = new ScriptedRunner(async () => ({ expires_at: '2030-01-01T00:00:00.000Z' }));
    driver.work(runner);
    const record = await ended(driver, taskId);
    equal(record.status, 'SUCCESS');
    equal(record.attempts, 1);
    equal(record.progress, 100);
    deepEqual(record.result, { expires_at: '2030-01-01T00:00:00.000Z' });
    equal(record.error, null);
    const [run] = runner.runs;
    deepEqual([run?.task.taskId, run?.task.kind, run?.task.attempt], [taskId, 'refresh', 1]);
    deepEqual(run?.task.payload, { image_key: 'a/b.jpg' });
  });

  check('is tried three times, at growing intervals that are jittered', async (driver) => {
    const runner = new ScriptedRunner(async () => {
      throw new Error('GET https://user:pass@store.example/a.jpg?X-Amz-Signature=abc failed');
    });
    driver.work(runner);
    const { taskId } = await driver.enqueue(single());
    const retrying = await until(
      () => driver.get(taskId),
      (record) => record?.status === 'RETRY',
      'it retries',
    );
    equal(retrying?.error, 'GET https://store.example/a.jpg failed');
    const record = await ended(driver, taskId);
    deepEqual([record.status, record.attempts, record.result], ['FAILURE', 3, null]);
    equal(record.error, 'GET https://store.example/a.jpg failed');
    const [first = 0, second = 0, third = 0] = runner.runs.map(({ at }) => at);
    // Half of the interval is fixed, half of it is chance. Timers may come a little early by the clock that is read here.
    ok(second - first >= RETRY_DELAY / 2 - 5, `first interval ${second - first}`);
    ok(third - second >= RETRY_DELAY - 5, `second interval ${third - second}`);
  });

  check('fails at once where trying again is of no use', async (driver) => {
    const runner = new ScriptedRunner(async () => {
      throw Object.assign(new Error('access denied'), { retryable: false });
    });
    driver.work(runner);
    const record = await ended(driver, (await driver.enqueue(single())).taskId);
    deepEqual([record.status, record.attempts, record.error], ['FAILURE', 1, 'access denied']);
  });

  check('that waits is revoked at once, and never runs', async (driver) => {
    const { taskId } = await driver.enqueue(single());
    const revoked = await driver.revoke(taskId);
    equal(revoked.status, 'REVOKED');
    deepEqual(await driver.get(taskId), revoked);
    await rejects(driver.revoke(taskId), TaskFinishedError);
    const runner = new ScriptedRunner();
    driver.work(runner);
    await ended(driver, (await driver.enqueue(single('other'))).taskId);
    deepEqual(
      runner.runs.map(({ task }) => task.kind),
      ['other'],
    );
  });

  check(
    'that waits for its next attempt is revoked at once',
    async (driver) => {
      driver.work(new ScriptedRunner(() => Promise.reject(new Error('not now'))));
      const { taskId } = await driver.enqueue(single());
      await until(
        () => driver.get(taskId),
        (record) => record?.status === 'RETRY',
        'it retries',
      );
      const inStatus = async (status: TaskStatus): Promise<string[]> =>
        (await driver.list({ status, limit: 10, offset: 0 })).tasks.map((task) => task.taskId);
      deepEqual([await inStatus('RETRY'), await inStatus('PENDING'), await inStatus('STARTED')], [[taskId], [], []]);
      equal((await driver.revoke(taskId)).status, 'REVOKED');
      equal((await driver.get(taskId))?.attempts, 1);
    },
    { retryDelay: 60_000 },
  );

  check('that runs is told to stop when it is revoked', async (driver) => {
    const { script, begun } = endless();
    const runner = new ScriptedRunner(script);
    driver.work(runner);
    const { taskId } = await driver.enqueue(single());
    await begun;
    equal((await driver.revoke(taskId)).status, 'STARTED');
    const record = await ended(driver, taskId);
    deepEqual([record.status, record.attempts, record.error], ['REVOKED', 1, null]);
    equal(runner.runs[0]?.task.signal.aborted, true);
    await until(
      () => driver.list({ status: 'REVOKED', limit: 10, offset: 0 }),
      ({ total }) => total === 1,
      'listed',
    );
    equal((await driver.list({ status: 'FAILURE', limit: 10, offset: 0 })).total, 0);
  });

  check('that has ended cannot be revoked, and one that never was cannot be found', async (driver) => {
    driver.work(new ScriptedRunner());
    const { taskId } = await driver.enqueue(single());
    await ended(driver, taskId);
    await rejects(driver.revoke(taskId), TaskFinishedError);
    await rejects(driver.revoke('no-such-task'), TaskNotFoundError);
    equal(await driver.get('no-such-task'), undefined);
    equal(await driver.orderOf('no-such-task'), undefined);
  });

  check('tells what it was asked to do after it has ended, too', async (driver) => {
    driver.work(new ScriptedRunner());
    const order = single('told');
    const { taskId } = await driver.enqueue(order);
    await ended(driver, taskId);
    deepEqual(await driver.orderOf(taskId), { queue: order.queue, kind: order.kind, payload: order.payload });
  });
}
