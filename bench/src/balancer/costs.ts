// What one balanced call, one refusal and one pick cost, beside cockatiel, opossum and undici's pool, in one process.
import { createBalancer, type LoadBalancer, type StrategyName } from '@forebay/balancer';
import * as cockatiel from 'cockatiel';
import CircuitBreaker from 'opossum';
import { BalancedPool } from 'undici';
import { measure, printTable, type Subject } from './measure.js';

const work = async (): Promise<number> => 1;
const named = (count: number): { name: string }[] =>
  Array.from({ length: count }, (_, index) => ({ name: `e${index}` }));

const each =
  (call: () => Promise<unknown>): Subject['run'] =>
  async (times) => {
    // eslint-disable-next-line no-await-in-loop -- the latency of one call is what is measured
    for (let index = 0; index < times; index++) await call();
  };
const eachRejected = (call: () => Promise<unknown>): Subject['run'] => each(() => call().catch(() => {}));

const down = new Error('down');
const bareRejection = async (): Promise<never> => {
  await Promise.resolve();
  throw down;
};

const retryAndBreaker = cockatiel.wrap(
  cockatiel.retry(cockatiel.handleAll, { maxAttempts: 2, backoff: new cockatiel.ExponentialBackoff() }),
  cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 10_000,
    breaker: new cockatiel.ConsecutiveBreaker(3),
  }),
);
const withTimeout = cockatiel.wrap(cockatiel.timeout(1000, cockatiel.TimeoutStrategy.Aggressive), retryAndBreaker);
const opossum = new CircuitBreaker(work, { timeout: false });
const opossumWithTimeout = new CircuitBreaker(work, { timeout: 1000 });
const ours = createBalancer({ endpoints: named(4), strategy: 'round-robin' });

async function calls(): Promise<void> {
  const measured = await measure(
    [
      { name: 'bare await', run: each(work) },
      { name: 'forebay', run: each(() => ours.call(work)) },
      { name: 'cockatiel breaker + retry', run: each(() => retryAndBreaker.execute(work)) },
      { name: 'opossum', run: each(() => opossum.fire()) },
    ],
    20_000,
  );
  printTable(
    'One call without a timeout, above a bare await',
    measured.slice(1),
    'cockatiel breaker + retry',
    measured[0]!.nanoseconds,
  );
  const timed = await measure(
    [
      { name: 'bare await', run: each(work) },
      { name: 'forebay', run: each(() => ours.call(work, { timeout: 1000 })) },
      {
        name: 'forebay, signal used',
        run: each(() => ours.call((_, { signal }) => (signal.aborted ? 0 : work()), { timeout: 1000 })),
      },
      { name: 'cockatiel timeout + breaker + retry', run: each(() => withTimeout.execute(work)) },
      { name: 'opossum with a timeout', run: each(() => opossumWithTimeout.fire()) },
    ],
    5_000,
  );
  printTable('One call with a timeout', timed.slice(1), 'cockatiel timeout + breaker + retry', timed[0]!.nanoseconds);
}

async function refusals(): Promise<void> {
  const refusing = createBalancer({ endpoints: named(4), panicThreshold: 0 });
  for (const { name } of named(4)) refusing.hold(name, 1e9);
  const broken = cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 1e9,
    breaker: new cockatiel.ConsecutiveBreaker(1),
  });
  await broken.execute(() => Promise.reject(down)).catch(() => {});
  const measured = await measure(
    [
      { name: 'bare rejection', run: eachRejected(bareRejection) },
      { name: 'forebay', run: eachRejected(() => refusing.call(work)) },
      { name: 'cockatiel', run: eachRejected(() => broken.execute(work)) },
    ],
    5_000,
  );
  printTable('Refusing a call, above a bare rejection', measured.slice(1), 'cockatiel', measured[0]!.nanoseconds);
}

async function picks(): Promise<void> {
  const strategies: readonly StrategyName[] = [
    'weighted-random',
    'round-robin',
    'least-connections',
    'peak-ewma',
    'adaptive',
  ];
  for (const count of [4, 10, 100]) {
    const endpoints = named(count);
    const subjects = strategies.flatMap((strategy): Subject[] => [
      { name: `${strategy}, pick`, run: picking(createBalancer({ endpoints, strategy }), false) },
      { name: `${strategy}, pick and settle`, run: picking(createBalancer({ endpoints, strategy }), true) },
    ]);
    const pool = new BalancedPool(endpoints.map(({ name }) => `http://${name}.test`));
    subjects.push({ name: 'undici BalancedPool, pick', run: pickingFrom(pool) });
    // eslint-disable-next-line no-await-in-loop -- not beside each other
    printTable(`Picking among ${count} endpoints`, await measure(subjects, 50_000), 'undici BalancedPool, pick');
    // eslint-disable-next-line no-await-in-loop
    await pool.close();
  }
}

/** A pick with all its bookkeeping; with `settle`, the end of its call as well. */
function picking(balancer: LoadBalancer<{ readonly name: string }>, settle: boolean): Subject['run'] {
  return (times) => {
    for (let index = 0; index < times; index++) {
      const lease = balancer.acquire()!;
      if (settle) lease.success(10);
    }
  };
}

/** undici's pick has no public door. */
function pickingFrom(pool: BalancedPool): Subject['run'] {
  const door = Object.getOwnPropertySymbols(BalancedPool.prototype).find(
    ({ description }) => description === 'get dispatcher',
  )!;
  const get: unknown = Reflect.get(pool, door);
  if (typeof get !== 'function') throw new TypeError('undici picks in another way now');
  return (times) => {
    for (let index = 0; index < times; index++) Reflect.apply(get, pool, []);
  };
}

await calls();
await refusals();
await picks();
