import { statfs } from 'node:fs/promises';
import type { Config } from '../config/config.js';
import type { DiskFacts, Facts, TierFacts } from '../metrics/facts.js';
import { Ledger, type LedgerState } from '../metrics/ledger.js';
import { answers, type Bus, type Reply } from '../process/messages.js';
import type { FleetView } from '../process/roles.js';
import { lastWords, taskStats, workerSample, type TierView, type WorkerSample } from '../topics.js';
import { combineViews } from '../upstream-view.js';
import { Recorder, type RecorderState } from './recorder.js';
import { RestartCount, type RestartState } from './restart-count.js';

export interface ObservatoryState {
  readonly ledger: LedgerState;
  readonly recorder: RecorderState;
  readonly restarts: RestartState;
}

export interface ObservatoryOptions {
  readonly bus: Bus;
  readonly config: Config;
  readonly fleet: FleetView;
  /** Epoch ms. @default Date.now */
  readonly now?: () => number;
}

const EVERY = 1000;
/** Less than a second, so that one look is over when the next begins. ms */
const PATIENCE = 800;
/** How long a look at the file system will do, and one at the queues, which may be in Redis. ms */
const DISK_FRESH = 10_000;
const QUEUES_FRESH = 5000;

/**
 * Looks at all workers once a second and adds up what they say. What it knows outlives a reload of the configuration:
 * the next observatory begins with the state of the last.
 */
export class Observatory {
  readonly recorder: Recorder;
  readonly #ledger: Ledger;
  readonly #restarts: RestartCount;
  readonly #bus: Bus;
  readonly #config: Config;
  readonly #fleet: FleetView;
  readonly #now: () => number;
  readonly #listeners: ((facts: Facts) => void)[] = [];
  #samples = new Map<string, WorkerSample>();
  #looking: Promise<Facts> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disk: DiskFacts | undefined;
  #diskAt = -Infinity;
  #queues: Facts['queues'] = [];
  #queuesAt = -Infinity;
  #end: (() => void) | undefined;

  constructor({ bus, config, fleet, now = Date.now }: ObservatoryOptions, state?: ObservatoryState) {
    this.#bus = bus;
    this.#config = config;
    this.#fleet = fleet;
    this.#now = now;
    this.#ledger = new Ledger(state?.ledger);
    this.recorder = new Recorder(state?.recorder);
    this.#restarts = new RestartCount(state?.restarts);
  }

  start(): void {
    this.#end = this.#bus.handle(lastWords, (counts, from) => this.#ledger.report(from, counts));
    this.#timer = setInterval(() => void this.tick(), EVERY);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#end?.();
  }

  /** Hears of every second's facts. */
  onTick(listener: (facts: Facts) => void): void {
    this.#listeners.push(listener);
  }

  /** A look that goes into the history. */
  async tick(): Promise<void> {
    const facts = await this.look();
    this.recorder.record(facts.at, facts.counts);
    for (const listener of this.#listeners) listener(facts);
  }

  /** What is the case now. Those who ask at the same time share one look. */
  look(): Promise<Facts> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  state(): ObservatoryState {
    return { ledger: this.#ledger.state(), recorder: this.recorder.state(), restarts: this.#restarts.state() };
  }

  async #look(): Promise<Facts> {
    const [replies] = await Promise.all([
      this.#bus.ask(workerSample, null, { to: 'workers', timeout: PATIENCE }),
      this.#lookAtDisk(),
      this.#lookAtQueues(),
    ]);
    const workers = this.#fleet.workers();
    this.#take(replies, new Set(workers.map(({ name }) => name)));
    const samples = [...this.#samples.values()];
    return {
      at: this.#now(),
      startedAt: this.#fleet.startedAt,
      counts: this.#ledger.total(),
      workers,
      restarts: this.#restarts.count(workers),
      upstreams: combineViews(samples.flatMap(({ upstreams }) => upstreams)),
      budgets: budgetsOf(samples),
      tiers: tiersOf(samples),
      inFlight: samples.reduce((sum, { inFlight }) => sum + inFlight, 0),
      disk: this.#disk,
      queues: this.#queues,
      hls: hlsOf(samples),
    };
  }

  /** A worker that is late keeps its last sample; one that is gone leaves its counts behind. */
  #take(replies: readonly Reply<WorkerSample>[], listed: ReadonlySet<string>): void {
    const there = new Set(listed);
    for (const reply of replies) {
      if (!reply.ok) continue;
      there.add(reply.from);
      this.#samples.set(reply.from, reply.value);
      this.#ledger.report(reply.from, reply.value.counts);
    }
    for (const name of this.#samples.keys()) if (!there.has(name)) this.#samples.delete(name);
    this.#ledger.keepOnly(there);
  }

  async #lookAtQueues(): Promise<void> {
    if (this.#now() - this.#queuesAt < QUEUES_FRESH) return;
    this.#queuesAt = this.#now();
    const [queues] = answers(await this.#bus.ask(taskStats, null, { to: 'primary', timeout: PATIENCE }));
    this.#queues = queues ?? [];
  }

  async #lookAtDisk(): Promise<void> {
    if (!this.#config.cache.enabled || this.#now() - this.#diskAt < DISK_FRESH) return;
    this.#diskAt = this.#now();
    try {
      const { bavail, blocks, bsize } = await statfs(this.#config.disk.directory);
      this.#disk = { free: bavail * bsize, size: blocks * bsize };
    } catch {
      // Not there yet, or not to be read: nothing is known.
      this.#disk = undefined;
    }
  }
}

/** Every worker counts all sessions, and its own transfers. */
function hlsOf(samples: readonly WorkerSample[]): Facts['hls'] {
  const known = samples.flatMap(({ streaming }) => streaming ?? []);
  if (known.length === 0) return undefined;
  return {
    sessions: Math.max(...known.map(({ sessions }) => sessions)),
    transfers: known.reduce((sum, { transfers }) => sum + transfers, 0),
  };
}

function budgetsOf(samples: readonly WorkerSample[]): Facts['budgets'] {
  const byRoute = new Map<string, { route: string; retries: number; hedges: number }>();
  for (const { route, retries, hedges } of samples.flatMap(({ budgets }) => budgets)) {
    const sum = byRoute.get(route) ?? { route, retries: 0, hedges: 0 };
    byRoute.set(route, { route, retries: sum.retries + retries, hedges: sum.hedges + hedges });
  }
  return [...byRoute.values()];
}

/** Memory is each worker's own; what is below is shared, and each sees the whole of it. */
function tiersOf(samples: readonly WorkerSample[]): TierFacts[] {
  const names = [...new Set(samples.flatMap(({ tiers }) => tiers.map(({ name }) => name)))];
  return names.flatMap((name) => {
    const views = samples.flatMap(({ tiers }) => tiers.filter((tier) => tier.name === name));
    const [first] = views;
    if (first === undefined) return [];
    const add = name === 'memory' ? sumOf : maxOf;
    const unusable = samples.some(({ usable }) => usable.some((tier) => tier.name === name && !tier.usable));
    return [
      {
        name,
        state: first.state,
        usable: !unusable,
        latencyMs: name === 'redis' ? latencyOf(samples) : undefined,
        entries: add(views, ({ entries }) => entries) ?? 0,
        bytes: add(views, ({ bytes }) => bytes) ?? 0,
        maxEntries: add(views, ({ maxEntries }) => maxEntries),
        maxBytes: add(views, ({ maxBytes }) => maxBytes),
        lastError: views.map(({ lastError }) => lastError).find((error) => error !== undefined),
      },
    ];
  });
}

function latencyOf(samples: readonly WorkerSample[]): number | undefined {
  const measured = samples.flatMap(({ redisLatencyMs }) => redisLatencyMs ?? []);
  return measured.length === 0 ? undefined : measured.reduce((sum, ms) => sum + ms, 0) / measured.length;
}

type Pick = (view: TierView) => number | undefined;

const known = (views: readonly TierView[], pick: Pick): number[] =>
  views.map(pick).filter((value) => value !== undefined);

function sumOf(views: readonly TierView[], pick: Pick): number | undefined {
  const values = known(views, pick);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

function maxOf(views: readonly TierView[], pick: Pick): number | undefined {
  const values = known(views, pick);
  return values.length === 0 ? undefined : Math.max(...values);
}
