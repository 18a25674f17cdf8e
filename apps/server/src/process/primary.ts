import { ConfigError, type LoadedConfig } from '../config/index.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../log/logger.js';
import { spawnClusterWorker } from './cluster-workers.js';
import { deferred } from './deferred.js';
import type { Deployment, Plan } from './deployment.js';
import { takeUpDuties, type DutiesInForce } from './duties.js';
import { Fleet } from './fleet.js';
import { createHub } from './hub.js';
import { joinLocally } from './local-member.js';
import type { FleetView, Roles } from './roles.js';
import { onSignals } from './signals.js';
import { Solo } from './solo.js';
import { StartError } from './start-error.js';
import { defaultTimings, type Timings } from './timings.js';

export interface ServeOptions {
  readonly roles: Roles;
  /** The configuration to start with. */
  readonly loaded: LoadedConfig;
  /** Reads it anew. @throws ConfigError if it is not valid; the old one then stays */
  readonly load: () => Promise<LoadedConfig>;
  readonly logger: Logger;
  readonly timings?: Partial<Timings>;
}

/** The whole server, seen from the process that minds it. */
class Server {
  readonly #options: ServeOptions;
  readonly #logger: Logger;
  readonly #hub = createHub();
  readonly #member;
  readonly #view: FleetView;
  readonly #ended = deferred<number>();
  readonly #solo: boolean;
  #deployment: Deployment | undefined;
  #inForce: DutiesInForce | undefined;
  #reloading: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(options: ServeOptions) {
    this.#options = options;
    this.#logger = options.logger;
    this.#solo = options.loaded.config.server.workers === 1;
    this.#member = joinLocally(this.#hub, 'primary', this.#logger);
    const startedAt = new Date();
    this.#view = { startedAt, workers: () => this.#deployment?.workers() ?? [] };
  }

  /** Resolves with the exit status when the server has ended. */
  async run(): Promise<number> {
    const stopListening = onSignals({
      stop: (signal) => void this.#stop(signal),
      force: (signal) => this.#force(signal),
      reload: () => {
        this.#reloading = this.#reloading.then(() => this.#reload());
      },
    });
    const crash = (error: unknown): void => {
      this.#logger.fatal({ event: 'uncaught_exception', err: error }, 'the server ends');
      this.#deployment?.kill();
      process.exit(1);
    };
    process.on('uncaughtException', crash).on('unhandledRejection', crash);
    // Whoever reads the output may leave; that is no reason to stop serving.
    process.stdout.on('error', () => undefined);
    try {
      void this.#start();
      return await this.#ended.promise;
    } finally {
      stopListening();
      process.off('uncaughtException', crash).off('unhandledRejection', crash);
    }
  }

  async #start(): Promise<void> {
    const { loaded } = this.#options;
    this.#warn(loaded);
    try {
      this.#inForce = await this.#takeUp(loaded);
      if (this.#stopping) return;
      this.#deployment = this.#deploy(this.#inForce.plan);
      const listening = await this.#deployment.start();
      if (this.#stopping) return;
      const fields = { event: 'server_listening', port: listening.port, management_port: listening.managementPort };
      this.#logger.info(fields, `listening on port ${listening.port}`);
      this.#inForce.duties.listening?.(listening);
    } catch (error) {
      if (this.#stopping) return;
      const details = error instanceof StartError ? {} : { err: error };
      this.#logger.fatal({ event: 'server_start_failed', ...details }, `cannot start: ${messageOf(error)}`);
      this.#deployment?.kill();
      await this.#inForce?.stop();
      this.#ended.resolve(1);
    }
  }

  #deploy(plan: Plan): Deployment {
    const { roles, timings: given } = this.#options;
    const timings = { ...defaultTimings, ...given };
    const common = { hub: this.#hub, logger: this.#logger, timings };
    return this.#solo
      ? new Solo(plan, { ...common, roles })
      : new Fleet(plan, { ...common, spawn: spawnClusterWorker });
  }

  #takeUp(loaded: LoadedConfig): Promise<DutiesInForce> {
    const around = { bus: this.#member.bus, fleet: this.#view, logger: this.#logger };
    return takeUpDuties(this.#options.roles, loaded, around);
  }

  async #reload(): Promise<void> {
    const deployment = this.#deployment;
    if (this.#stopping || deployment === undefined) return;
    this.#logger.info({ event: 'reload_started' }, 'reloading the configuration');
    let fresh: DutiesInForce | undefined;
    try {
      const loaded = await this.#options.load();
      this.#warn(loaded);
      if (this.#solo !== (loaded.config.server.workers === 1)) {
        this.#logger.warn({ event: 'config_warning' }, 'NUM_WORKERS from or to 1 takes effect at the next start only');
      }
      fresh = await this.#takeUp(loaded);
      const { oldGone } = await deployment.reload(fresh.plan);
      const old = this.#inForce;
      this.#inForce = fresh;
      this.#logger.level = loaded.config.log.level;
      void this.#letGo(old, oldGone);
      this.#logger.info({ event: 'reload_done' }, 'the new configuration is in force');
    } catch (error) {
      if (fresh !== undefined && this.#inForce !== fresh) await fresh.stop().catch(() => undefined);
      const details = error instanceof ConfigError || error instanceof StartError ? {} : { err: error };
      const message = `the old configuration stays: ${messageOf(error)}`;
      this.#logger.error({ event: 'reload_refused', ...details }, message);
    }
  }

  /** Old nodes may need the old duties to the last: sample upstreams, answers to their questions. */
  async #letGo(old: DutiesInForce | undefined, nodesGone: Promise<unknown>): Promise<void> {
    try {
      await nodesGone;
      await old?.stop();
    } catch (error) {
      this.#logger.error({ event: 'server_stop_forced', err: error }, 'the old duties could not be laid down');
    }
  }

  async #stop(signal: string): Promise<void> {
    this.#stopping = true;
    this.#logger.info({ event: 'server_draining', signal }, `${signal}: stopping once requests in flight are answered`);
    const ended = await Promise.all([this.#deployment?.stop() ?? true, this.#drainDuties()]);
    const clean = ended.every(Boolean);
    await this.#reloading;
    await this.#inForce?.stop().catch((error: unknown) => {
      this.#logger.error({ event: 'server_stop_forced', err: error }, 'stopping failed');
    });
    if (clean) this.#logger.info({ event: 'server_stopped' }, 'stopped');
    else this.#logger.warn({ event: 'server_stop_forced' }, 'stopped; what was in flight was cut');
    this.#ended.resolve(clean ? 0 : 1);
  }

  async #drainDuties(): Promise<boolean> {
    try {
      return (await this.#inForce?.duties.drain?.()) ?? true;
    } catch (error) {
      this.#logger.error({ event: 'server_stop_forced', err: error }, 'stopping failed');
      return false;
    }
  }

  #force(signal: string): void {
    this.#logger.warn({ event: 'server_stop_forced', signal }, `${signal} again: stopping at once`);
    this.#deployment?.kill();
    process.exit(1);
  }

  #warn({ warnings }: LoadedConfig): void {
    for (const warning of warnings) this.#logger.warn({ event: 'config_warning' }, warning);
  }
}

/** Runs the server until a signal ends it; resolves with the exit status. */
export const serve = (options: ServeOptions): Promise<number> => new Server(options).run();
