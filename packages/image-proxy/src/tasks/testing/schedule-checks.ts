import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { QueueFullError } from '../errors.js';
import { ScriptedRunner, until } from './scripted-runner.js';
import type { Check } from './subjects.js';

export function scheduleChecks(check: Check): void {
  const every = (id: string, ms: number) =>
    ({ id, every: ms, task: { queue: 'quick', kind: id, payload: null } }) as const;

  check('runs again and again until it is revoked', async (driver) => {
    const runner = new ScriptedRunner();
    driver.work(runner);
    const { taskId, status } = await driver.schedule(every('schedule-a', 100));
    deepEqual([taskId, status], ['schedule-a', 'PENDING']);
    equal((await driver.get('schedule-a'))?.queue, 'quick');
    await until(
      async () => runner.runs.length,
      (runs) => runs >= 3,
      'it has run three times',
    );
    equal((await driver.revoke('schedule-a')).status, 'REVOKED');
    equal(await driver.unschedule('schedule-a'), false);
    const runs = runner.runs.length;
    await until(
      async () => performance.now(),
      (now) => now > (runner.runs.at(-1)?.at ?? 0) + 400,
      'a while has passed',
    );
    ok(runner.runs.length <= runs + 1, 'it went on');
  });

  check('is there once, however often it is made', async (driver) => {
    await driver.schedule(every('schedule-b', 60_000));
    await driver.schedule(every('schedule-b', 60_000));
    const runner = new ScriptedRunner();
    driver.work(runner, [every('schedule-b', 60_000), every('schedule-c', 60_000)]);
    await until(
      async () => runner.runs.map(({ task }) => task.kind),
      (kinds) => kinds.includes('schedule-c'),
      'c runs',
    );
    const stats = await until(
      () => driver.stats(),
      (all) => all[0]?.delayed === 2,
      'each is due once',
    );
    equal(stats[0]?.depth, 0);
    equal(await driver.unschedule('schedule-b'), true);
  });

  check(
    'of which there are too many is refused',
    async (driver) => {
      await driver.schedule(every('schedule-d', 60_000));
      await rejects(driver.schedule(every('schedule-e', 60_000)), QueueFullError);
      await driver.schedule(every('schedule-d', 30_000));
    },
    { maxSchedules: 1 },
  );
}
