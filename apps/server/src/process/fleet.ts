import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config/index.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../log/logger.js';
import type { Deployment, Plan, Reloaded } from './deployment.js';
import type { Hub } from './hub.js';
import type { DrainReason, Listening, WorkerStatus } from './roles.js';
import { shareOut } from './shares.js';
import { StartError } from './start-error.js';
import { restartDelay, type Timings } from './timings.js';
import type { DrainOrder } from './wire.js';
import { describeEnd, WorkerHandle, type WorkerEnd, type WorkerProcess } from './worker-handle.js';

export interface FleetOptions {
  readonly spawn: () => WorkerProcess;
  readonly hub: Hub;
  readonly logger: Logger;
  readonly timings: Timings;
}

/** One worker's place, whoever fills it. */
interface Slot {
  worker: WorkerHandle;
  restarts: number;
  earlyDeaths: number;
}

/** Keeps as many workers running as the configuration says, each in a process of its own. */
export class Fleet implements Deployment {
  readonly startedAt: Date = new Date();
  readonly #options: FleetOptions;
  readonly #ending = new AbortController();
  readonly #leaving = new Set<WorkerHandle>();
  #slots: Slot[] = [];
  /** Started by a reload that is under way. */
  #candidates: readonly Slot[] = [];
  #plan: Plan;
  #generation = 0;
  #watch: NodeJS.Timeout | undefined;

  constructor(plan: Plan, options: FleetOptions) {
    this.#plan = plan;
    this.#options = options;
  }

  workers(): readonly WorkerStatus[] {
    return [
      ...this.#slots.map(({ worker, restarts }) => {
        const status = worker.status(restarts);
        return status.state === 'stopped' ? { ...status, state: 'restarting' as const } : status;
      }),
      ...[...this.#leaving].map((worker) => worker.status(0)),
    ];
  }

  async start(): Promise<Listening> {
    this.#slots = this.#launchAll(this.#plan);
    this.#watch = this.#watchOver();
    const listening = await Promise.all(this.#slots.map((slot) => this.#untilReady(slot)));
    return listening[0] ?? { port: this.#plan.config.server.port, managementPort: undefined };
  }

  async reload(plan: Plan): Promise<Reloaded> {
    const fresh = this.#launchAll(plan);
    this.#candidates = fresh;
    try {
      await Promise.all(fresh.map(({ worker }) => worker.ready));
      this.#ending.signal.throwIfAborted();
    } catch (error) {
      for (const { worker } of fresh) worker.kill();
      throw error;
    } finally {
      this.#candidates = [];
    }
    const old = this.#slots;
    const order = this.#order('reload', this.#plan.config);
    this.#slots = fresh;
    this.#plan = plan;
    for (const slot of fresh) void this.#keepAlive(slot);
    return { oldGone: Promise.all(old.map(({ worker }) => this.#retire(worker, order))) };
  }

  async stop(): Promise<boolean> {
    this.#ending.abort();
    clearInterval(this.#watch);
    const order = this.#order('stop', this.#plan.config);
    const workers = this.#everyWorker().filter(({ state }) => state !== 'stopped');
    const clean = await Promise.all(workers.map((worker) => worker.retire(order)));
    return clean.every(Boolean);
  }

  kill(): void {
    this.#ending.abort();
    for (const worker of this.#everyWorker()) worker.kill();
  }

  #everyWorker(): WorkerHandle[] {
    return [...[...this.#slots, ...this.#candidates].map(({ worker }) => worker), ...this.#leaving];
  }

  #order(reason: DrainReason, config: Config): DrainOrder {
    const { drainDelay, shutdownTimeout: timeout } = config.server;
    const { linger } = this.#options.timings;
    return reason === 'stop'
      ? { reason, delay: drainDelay, linger: 0, timeout }
      : { reason, delay: 0, linger, timeout: linger + timeout };
  }

  #launch(index: number, { config, entries }: Plan): WorkerHandle {
    const { hub, logger, spawn, timings } = this.#options;
    this.#generation += 1;
    const boot = {
      name: `worker-${index}.${this.#generation}` as const,
      slot: index,
      config,
      entries,
      shares: shareOut(config, config.server.workers),
      heartbeat: timings.heartbeat,
    };
    return new WorkerHandle(spawn(), boot, hub, logger);
  }

  #launchAll(plan: Plan): Slot[] {
    return Array.from({ length: plan.config.server.workers }, (_, index) => ({
      worker: this.#launch(index, plan),
      restarts: 0,
      earlyDeaths: 0,
    }));
  }

  /** Waits for the first worker of the slot that becomes ready, and minds the slot from then on. */
  async #untilReady(slot: Slot): Promise<Listening> {
    for (;;) {
      try {
        const listening = await slot.worker.ready;
        void this.#keepAlive(slot);
        return listening;
      } catch (error) {
        if (error instanceof StartError) throw error;
        if (!(await this.#replace(slot, await slot.worker.gone))) throw error;
      }
    }
  }

  /** Replaces the slot's worker whenever it ends, until it was taken out of service or the fleet ends. */
  async #keepAlive(slot: Slot): Promise<void> {
    do {
      await this.#reportStart(slot.worker);
    } while (await this.#replace(slot, await slot.worker.gone));
  }

  async #reportStart(worker: WorkerHandle): Promise<void> {
    const { logger } = this.#options;
    const fields = { worker: worker.boot.slot, worker_pid: worker.pid };
    try {
      await worker.ready;
      logger.info({ event: 'worker_ready', ...fields }, 'worker ready');
    } catch (error) {
      if (!(error instanceof StartError)) return;
      logger.error({ event: 'worker_start_failed', ...fields }, `worker cannot start: ${messageOf(error)}`);
    }
  }

  /** After the death of the slot's worker: waits as long as it should and starts another. False if none is wanted. */
  async #replace(slot: Slot, end: WorkerEnd): Promise<boolean> {
    const { logger, timings } = this.#options;
    if (!this.#wants(slot)) return false;
    const { pid, age, boot } = slot.worker;
    slot.earlyDeaths = age < timings.stableAfter ? slot.earlyDeaths + 1 : 1;
    const delay = restartDelay(slot.earlyDeaths, timings);
    const fields = { worker: boot.slot, worker_pid: pid, restart_in_ms: delay, deaths: slot.earlyDeaths };
    if (slot.earlyDeaths >= timings.crashLoopAt) {
      logger.fatal(
        { event: 'worker_crash_loop', ...fields },
        `worker keeps dying (${describeEnd(end)}); trying on slowly`,
      );
    } else {
      logger.error({ event: 'worker_died', ...fields }, `worker died (${describeEnd(end)}); it will be replaced`);
    }
    await wait(delay, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    if (!this.#wants(slot)) return false;
    slot.restarts += 1;
    slot.worker = this.#launch(boot.slot, this.#plan);
    return true;
  }

  #wants(slot: Slot): boolean {
    return !this.#ending.signal.aborted && this.#slots.includes(slot);
  }

  async #retire(worker: WorkerHandle, order: DrainOrder): Promise<void> {
    if (worker.state === 'stopped') return;
    this.#leaving.add(worker);
    await worker.retire(order);
    this.#leaving.delete(worker);
  }

  /** Looks for workers that have fallen silent: their event loop hangs, so they can only be killed. */
  #watchOver(): NodeJS.Timeout {
    const { logger, timings } = this.#options;
    let lastRound = performance.now();
    return setInterval(() => {
      const now = performance.now();
      const held = now - lastRound > timings.hangAfter / 2;
      lastRound = now;
      for (const { worker } of [...this.#slots, ...this.#candidates]) {
        // If this process was held up itself (a suspended machine), the silence proves nothing.
        if (held) worker.pardon();
        const limit = worker.state === 'ready' ? timings.hangAfter : timings.startWithin;
        if ((worker.state !== 'ready' && worker.state !== 'starting') || worker.silence < limit) continue;
        const fields = { event: 'worker_hung', worker: worker.boot.slot, worker_pid: worker.pid };
        logger.error(fields, `worker gave no sign of life for ${Math.round(worker.silence)} ms and is killed`);
        worker.killHung();
      }
    }, timings.heartbeat).unref();
  }
}
