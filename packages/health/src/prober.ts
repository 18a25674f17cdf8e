import { type Attempt, startAttempt } from './attempt.js';
import { HealthError } from './errors.js';
import { createEmitter } from './events.js';
import { type CreateProberOptions, resolveOptions, type Target } from './options.js';
import { failed, type Outcome, type ProbeResult, toOutcome } from './outcome.js';
import { nextDelay } from './schedule.js';
import { afterOutcome, type HealthState, initialState } from './state.js';
import { describeTarget, differs, type TargetStatus } from './status.js';

/** A target's health, drain or weight share has changed. */
export interface ChangeEvent<T extends Target> {
  readonly target: T;
  readonly previous: TargetStatus;
  readonly current: TargetStatus;
}

/** A probe has ended. */
export interface ProbeEvent<T extends Target> {
  readonly target: T;
  readonly healthy: boolean;
  readonly responseTimeMs: number;
  readonly error: Error | undefined;
}

export interface ProberEvents<T extends Target> {
  readonly change: ChangeEvent<T>;
  readonly probe: ProbeEvent<T>;
}

export interface Prober<T extends Target> {
  /** Begins with a quick first look at every target. Does nothing if started already. */
  start(): void;
  /** Ends every probe and timer; what is known stays known, and `start` may follow. */
  stop(): void;
  /**
   * Probes a target now, or joins the probe that is under way; also while stopped.
   * Rejects with {@link HealthError} `FOREBAY_UNKNOWN_TARGET`, or `FOREBAY_PROBER_STOPPED` if it is cut short.
   */
  check(name: string): Promise<TargetStatus>;
  /** Counts a sign from real traffic like a probe's outcome; names not known are ignored. */
  report(name: string, result: Exclude<ProbeResult, void> | Error): void;
  status(): readonly TargetStatus[];
  /** Adds targets; one with a known name replaces it and keeps its state. */
  add(...targets: readonly T[]): void;
  remove(...names: readonly string[]): void;
  /** Listens, and returns a function that ends it. */
  on<Name extends keyof ProberEvents<T>>(name: Name, listener: (event: ProberEvents<T>[Name]) => void): () => void;
}

interface Waiter {
  resolve(status: TargetStatus): void;
  reject(error: Error): void;
}

interface Entry<T extends Target> {
  target: T;
  state: HealthState;
  responseTimeMs: number | undefined;
  probedAt: number | undefined;
  nextAt: number;
  phase: 'idle' | 'queued' | 'probing';
  attempt: Attempt | undefined;
  cancelTimer: () => void;
  waiters: Waiter[];
}

const nothing = (): void => undefined;

/**
 * Makes a prober: it looks at targets by turns, never at one twice at once, and says when one goes down or comes back.
 *
 * @throws {TypeError | RangeError} naming the option and its value
 */
export const createProber = <T extends Target>(given: CreateProberOptions<T>): Prober<T> => {
  const options = resolveOptions(given);
  const { clock } = options;
  const events = createEmitter<ProberEvents<T>>();
  const entries = new Map<string, Entry<T>>();
  let queue: Entry<T>[] = [];
  let running = false;
  let inFlight = 0;

  const apply = (entry: Entry<T>, outcome: Outcome): void => {
    const previous = describeTarget(entry);
    entry.state = afterOutcome(entry.state, outcome, options);
    const current = describeTarget(entry);
    if (differs(previous, current)) events.emit('change', { target: entry.target, previous, current });
  };

  const schedule = (entry: Entry<T>, from: number): void => {
    entry.cancelTimer();
    if (!running || entries.get(entry.target.name) !== entry) return;
    entry.nextAt = from + nextDelay(entry.state, options);
    entry.cancelTimer = clock.after(Math.max(entry.nextAt - clock.now(), 0), () => enqueue(entry));
  };

  const enqueue = (entry: Entry<T>): void => {
    if (entry.phase !== 'idle') return;
    entry.cancelTimer();
    entry.phase = 'queued';
    queue.push(entry);
    pump();
  };

  const pump = (): void => {
    while (inFlight < options.concurrency) {
      const entry = queue.shift();
      if (entry === undefined) return;
      probe(entry);
    }
  };

  const probe = (entry: Entry<T>): void => {
    const startedAt = clock.now();
    inFlight += 1;
    entry.phase = 'probing';
    entry.attempt = startAttempt(given.probe, entry.target, options, (outcome, responseTimeMs) => {
      inFlight -= 1;
      entry.phase = 'idle';
      entry.attempt = undefined;
      entry.probedAt = clock.now();
      if (outcome.healthy) entry.responseTimeMs = responseTimeMs;
      apply(entry, outcome);
      events.emit('probe', { target: entry.target, healthy: outcome.healthy, responseTimeMs, error: outcome.error });
      for (const waiter of entry.waiters.splice(0)) waiter.resolve(describeTarget(entry));
      schedule(entry, startedAt);
      pump();
    });
  };

  const quiet = (entry: Entry<T>): void => {
    entry.cancelTimer();
    if (entry.attempt !== undefined) inFlight -= 1;
    entry.attempt?.cancel();
    entry.attempt = undefined;
    entry.phase = 'idle';
    queue = queue.filter((queued) => queued !== entry);
    const error = new HealthError('FOREBAY_PROBER_STOPPED', `Check of ${entry.target.name} cut short`);
    for (const waiter of entry.waiters.splice(0)) waiter.reject(error);
  };

  const add = (target: T): void => {
    const known = entries.get(target.name);
    if (known !== undefined) {
      known.target = target;
      return;
    }
    const entry: Entry<T> = {
      target,
      state: initialState,
      responseTimeMs: undefined,
      probedAt: undefined,
      nextAt: clock.now(),
      phase: 'idle',
      attempt: undefined,
      cancelTimer: nothing,
      waiters: [],
    };
    entries.set(target.name, entry);
    if (running) enqueue(entry);
  };

  for (const target of given.targets ?? []) add(target);

  return {
    start() {
      if (running) return;
      running = true;
      for (const entry of entries.values()) enqueue(entry);
    },
    stop() {
      running = false;
      for (const entry of entries.values()) quiet(entry);
    },
    async check(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw new HealthError('FOREBAY_UNKNOWN_TARGET', `No target is named ${name}`);
      return new Promise((resolve, reject) => {
        entry.waiters.push({ resolve, reject });
        enqueue(entry);
      });
    },
    report(name, result) {
      const entry = entries.get(name);
      if (entry === undefined) return;
      apply(entry, result instanceof Error ? failed(result) : toOutcome(result));
      // A sign of change is worth a look sooner than planned.
      if (entry.phase === 'idle' && entry.nextAt > clock.now() + nextDelay(entry.state, options))
        schedule(entry, clock.now());
    },
    status: () => [...entries.values()].map(describeTarget),
    add(...targets) {
      for (const target of targets) add(target);
    },
    remove(...names) {
      for (const name of names) {
        const entry = entries.get(name);
        entries.delete(name);
        if (entry === undefined) continue;
        quiet(entry);
        pump();
      }
    },
    on: (name, listener) => events.on(name, listener),
  };
};
