import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { QueueFullError } from '../errors.js';
import { RUN_TIME_BOUNDS } from '../run-times.js';
import type { QueueStats, QueueTotals } from '../task.js';
import { ended, ScriptedRunner, until } from './scripted-runner.js';
import { batch, type Check, single } from './subjects.js';

function withoutTotals(stats: QueueStats | undefined): Partial<QueueStats> {
  const { totals: _, ...others } = stats ?? {};
  return others;
}

export function queueChecks(check: Check): void {
  check('list their tasks by queue and status, in pages', async (driver) => {
    const quick = [await driver.enqueue(single()), await driver.enqueue(single()), await driver.enqueue(single())];
    const other = await driver.enqueue({ queue: 'maintenance', kind: 'clean-up', payload: null });
    const all = await driver.list({ limit: 10, offset: 0 });
    equal(all.total, 4);
    const page = { queue: 'quick', limit: 2 } as const;
    const [first, second] = [await driver.list({ ...page, offset: 0 }), await driver.list({ ...page, offset: 2 })];
    deepEqual([first.total, first.tasks.length, second.total, second.tasks.length], [3, 2, 3, 1]);
    const seen = [...first.tasks, ...second.tasks].map(({ taskId }) => taskId);
    deepEqual(seen.toSorted(), quick.map(({ taskId }) => taskId).toSorted());
    driver.work(new ScriptedRunner());
    for (const { taskId } of [...quick, other]) await ended(driver, taskId);
    equal((await driver.list({ status: 'PENDING', limit: 10, offset: 0 })).total, 0);
    equal((await driver.list({ status: 'SUCCESS', queue: 'quick', limit: 1, offset: 0 })).total, 3);
  });

  check('count what waits, runs and has ended', async (driver) => {
    const idle = { depth: 0, active: 0, delayed: 0, workers: 0, succeeded: 0, failed: 0, failureRate: 0 };
    const of = async (queue: string) => (await driver.stats()).find((stats) => stats.queue === queue);
    for (const queue of ['quick', 'batch', 'maintenance'] as const) {
      deepEqual(withoutTotals(await of(queue)), { queue, ...idle, throughputPerMinute: 0 });
    }
    await driver.enqueue(single('fails'));
    await driver.enqueue(single());
    await driver.enqueue(batch(['a', 'bad1'], ['b', 'c']));
    deepEqual([(await of('quick'))?.depth, (await of('batch'))?.depth], [2, 1]);
    driver.work(
      new ScriptedRunner(async ({ kind }) => {
        if (kind === 'fails') throw Object.assign(new Error('no such image'), { retryable: false });
        return null;
      }),
    );
    const quick = await until(
      () => of('quick'),
      (stats) => stats?.throughputPerMinute === 2,
      'both have ended',
    );
    deepEqual(withoutTotals(quick), {
      queue: 'quick',
      ...idle,
      workers: 1,
      succeeded: 1,
      failed: 1,
      failureRate: 0.5,
      throughputPerMinute: 2,
    });
    const many = await until(
      () => of('batch'),
      (stats) => stats?.throughputPerMinute === 4,
      'the batch has ended',
    );
    deepEqual([many?.succeeded, many?.failed, many?.failureRate], [3, 1, 0.25]);
  });

  check('add up what they have done since they were made, and how long it took', async (driver) => {
    const totals = async (): Promise<readonly (QueueTotals | undefined)[]> => {
      const stats = await driver.stats();
      return ['quick', 'batch'].map((name) => stats.find(({ queue }) => queue === name)?.totals);
    };
    const counts = Array.from({ length: RUN_TIME_BOUNDS.length + 1 }, () => 0);
    const none = { succeeded: 0, failed: 0, runs: { counts, sum: 0 } };
    deepEqual(await totals(), [none, none]);
    driver.work(
      new ScriptedRunner(async ({ kind }) => {
        await new Promise((resolve) => setTimeout(resolve, 15));
        if (kind === 'refresh') throw new Error('not now');
        return null;
      }),
    );
    await driver.enqueue(single());
    await driver.enqueue(batch(['a', 'bad1'], ['b', 'c']));
    const runsOf = (some: QueueTotals | undefined): number => some?.runs.counts.reduce((sum, one) => sum + one) ?? 0;
    const [quick, many] = await until(
      totals,
      (all) => runsOf(all[0]) === 3 && runsOf(all[1]) === 2 && all[0]?.failed === 1 && all[1]?.failed === 1,
      'every attempt and every part was timed',
    );
    deepEqual([quick?.succeeded, many?.succeeded], [0, 3]);
    // None of the attempts was over within the first bound.
    equal(quick?.runs.counts[0], 0);
    ok((quick?.runs.sum ?? 0) >= 3 * 14, `they took ${quick?.runs.sum} ms`);
  });

  check(
    'refuse what is too much',
    async (driver) => {
      await driver.enqueue(single());
      await driver.enqueue(single());
      await rejects(driver.enqueue(single()), QueueFullError);
    },
    { maxWaiting: 2 },
  );

  check(
    'remember so many finished tasks',
    async (driver) => {
      driver.work(new ScriptedRunner());
      const ids: string[] = [];
      for (let count = 0; count < 4; count += 1) {
        const { taskId } = await driver.enqueue(single());
        ids.push(taskId);
        await ended(driver, taskId);
      }
      equal((await driver.list({ limit: 10, offset: 0 })).total, 2);
      equal(await driver.get(ids[0] ?? ''), undefined);
    },
    { historyCount: 2 },
  );

  check('let what runs end before they are closed', async (driver) => {
    let finish: () => void = () => undefined;
    const begun = new Promise<void>((begin) => {
      const script = (): Promise<null> => {
        begin();
        return new Promise((resolve) => {
          finish = () => resolve(null);
        });
      };
      driver.work(new ScriptedRunner(script));
    });
    await driver.enqueue(single());
    await begun;
    const closed = driver.close(10_000);
    finish();
    equal(await closed, true);
  });
}
