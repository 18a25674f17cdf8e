// Ten servers, one slow, one failing; and a total outage of ten seconds: every strategy beside the others.
import { createBalancer, type BalancerConfig, type StrategyName } from '@forebay/balancer';
import { seededRandom, SimulatedServer } from './simulated-server.js';
import { VirtualTime } from './virtual-time.js';

interface Named {
  readonly name: string;
  readonly server: SimulatedServer;
}

interface Scene {
  readonly seed: number;
  readonly config: BalancerConfig<Named>;
  readonly seconds: number;
  readonly prepare: (servers: readonly SimulatedServer[], time: VirtualTime) => void;
  /** Which calls count, by when they began, ms. */
  readonly from: number;
}

interface Result {
  readonly p50: number;
  readonly p99: number;
  readonly calls: number;
  readonly errors: number;
  readonly attempts: number;
}

const requestsPerSecond = 1000;
const limitMs = 1000;
/** What it is like to have no breaker. */
const never = 1e9;

async function play({ seed, config, seconds, prepare, from }: Scene): Promise<Result> {
  const time = new VirtualTime();
  const random = seededRandom(seed);
  const endpoints = Array.from({ length: 10 }, (_, index) => ({
    name: `s${index}`,
    server: new SimulatedServer(time, random),
  }));
  prepare(
    endpoints.map(({ server }) => server),
    time,
  );
  const balancer = createBalancer<Named>({ ...config, endpoints, clock: time, random: seededRandom(seed + 1) });
  const probe = (): void => {
    for (const { name, server } of endpoints) balancer.recordProbe(name, server.serviceTime());
    time.setTimeout(probe, 30_000);
  };
  probe();
  const times: number[] = [];
  let errors = 0;
  const arrive = (): void => {
    const start = time.now();
    if (start >= seconds * 1000) return;
    time.setTimeout(arrive, (-Math.log(1 - random()) * 1000) / requestsPerSecond);
    const end = (failed: boolean): void => {
      if (start < from) return;
      times.push(time.now() - start);
      if (failed) errors++;
    };
    balancer
      .call(({ server }, { signal }) => server.serve(signal), { timeout: limitMs })
      .then(
        () => end(false),
        () => end(true),
      );
  };
  arrive();
  await time.runUntil(seconds * 1000 + 2 * limitMs);
  const sorted = Float64Array.from(times).toSorted();
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)]!;
  return { p50: at(0.5), p99: at(0.99), calls: times.length, errors, attempts: balancer.stats().attempts };
}

const strategies: readonly StrategyName[] = [
  'weighted-random',
  'round-robin',
  'least-connections',
  'peak-ewma',
  'adaptive',
];
const variants: readonly (readonly [string, BalancerConfig<Named>])[] = [
  ['alone', { breaker: { maxFailures: never }, retry: { attempts: 1 }, outliers: false }],
  ['breaker + 20 % retries', { attemptTimeout: 500 }],
  ['… + hedged after 45 ms', { attemptTimeout: 500, hedge: { after: 45 } }],
];
const seeds = Array.from({ length: 10 }, (_, index) => index + 1);

async function sum(scene: Omit<Scene, 'seed'>): Promise<string> {
  const results: Result[] = [];
  // eslint-disable-next-line no-await-in-loop -- one run at a time
  for (const seed of seeds) results.push(await play({ ...scene, seed }));
  const mean = (of: (result: Result) => number): number =>
    results.reduce((all, result) => all + of(result), 0) / results.length;
  const failed = mean(({ errors }) => errors);
  const share = failed === 0 ? '0' : `${((100 * failed) / mean(({ calls }) => calls)).toFixed(3)} %`;
  const tails = results.map(({ p99 }) => p99);
  const spread = `${Math.min(...tails).toFixed(0)}–${Math.max(...tails).toFixed(0)}`;
  return `${mean(({ p50 }) => p50).toFixed(0)} | ${mean(({ p99 }) => p99).toFixed(1)} | ${spread} | ${share}`;
}

console.log('\n### Ten servers, one ten times slower, one failing 30 % in 3 ms, 1000 requests/s\n');
console.log('| strategy | with | p50 ms | p99 ms | of one seed | errors |\n| --- | --- | --: | --: | --: | --: |');
for (const strategy of strategies) {
  for (const [name, variant] of variants) {
    const scene = {
      config: { ...variant, strategy },
      seconds: 40,
      from: 0,
      prepare: (servers: readonly SimulatedServer[]) => {
        servers[3]!.slowness = 10;
        servers[7]!.failing = 0.3;
      },
    };
    // eslint-disable-next-line no-await-in-loop -- rows come in order
    console.log(`| ${strategy} | ${name} | ${await sum(scene)} |`);
  }
}

console.log('\n### The minute after ten seconds in which every server failed\n');
console.log('| strategy | with | p50 ms | p99 ms | of one seed | errors |\n| --- | --- | --: | --: | --: | --: |');
for (const strategy of strategies) {
  for (const [name, panicThreshold] of [
    ['no panic mode', 0],
    ['panic mode', 0.2],
  ] as const) {
    const scene = {
      config: { strategy, panicThreshold },
      seconds: 80,
      from: 20_000,
      prepare: (servers: readonly SimulatedServer[], time: VirtualTime) => {
        const set = (failing: number): void => servers.forEach((server) => void (server.failing = failing));
        time.setTimeout(() => set(1), 10_000);
        time.setTimeout(() => set(0), 20_000);
      },
    };
    // eslint-disable-next-line no-await-in-loop
    console.log(`| ${strategy} | ${name} | ${await sum(scene)} |`);
  }
}
