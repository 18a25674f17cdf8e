import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { NewTask, TaskDriver } from '../driver.js';
import { QueueFullError, TaskFinishedError, TaskNotFoundError } from '../errors.js';
import type { TaskSettings } from '../settings.js';
import { RUN_TIME_BOUNDS } from '../run-times.js';
import type { BatchResult, QueueStats, QueueTotals, TaskStatus } from '../task.js';
import { ended, endless, ScriptedRunner, until } from './scripted-runner.js';

/** What a test runner offers: vitest's, `node:test`'s and others' functions all fit. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

/** Empty queues to test, made anew for each test. */
export interface DriverSubject {
  readonly driver: TaskDriver;
  /** Removes what the test leaves; the driver is closed by then. */
  readonly cleanUp?: () => Promise<void>;
}

/** Milliseconds; small, so that tests take little. */
const RETRY_DELAY = 100;

const single = (kind = 'refresh'): NewTask => ({ queue: 'quick', kind, payload: { image_key: 'a/b.jpg' } });
const batch = (...parts: readonly (readonly string[])[]): NewTask => ({
  queue: 'batch',
  kind: 'batch-refresh',
  payload: null,
  parts,
});

function withoutTotals(stats: QueueStats | undefined): Partial<QueueStats> {
  const { totals: _, ...others } = stats ?? {};
  return others;
}

/** Runs the tests that every task driver has to pass. */
export function runDriverConformance(
  name: string,
  make: (settings: TaskSettings) => Promise<DriverSubject>,
  { describe, it }: TestFunctions,
): void {
  const check = (title: string, body: (driver: TaskDriver) => Promise<void>, settings: TaskSettings = {}): void => {
    it(title, async () => {
      const { driver, cleanUp } = await make({ retryDelay: RETRY_DELAY, ...settings });
      try {
        await body(driver);
      } finally {
        await driver.close();
        await cleanUp?.();
      }
    });
  };

  describe(`${name}: a task`, () => {
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
  });

  describe(`${name}: a batch`, () => {
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
  });

  describe(`${name}: queues`, () => {
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
  });

  describe(`${name}: a schedule`, () => {
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
  });
}
