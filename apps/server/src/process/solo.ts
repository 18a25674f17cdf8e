import type { Logger } from '../log/logger.js';
import type { Deployment, Plan, Reloaded } from './deployment.js';
import type { Doors } from './doors.js';
import type { Hub } from './hub.js';
import { joinLocally, type LocalMember } from './local-member.js';
import { drain, openNode, stopApp } from './node-runner.js';
import type { Listening, NodeApp, ProcessHealth, Roles, WorkerState, WorkerStatus } from './roles.js';
import { shareOut } from './shares.js';
import type { Timings } from './timings.js';
import { watchVitalSigns } from './vital-signs.js';

export interface SoloOptions {
  readonly roles: Roles;
  readonly hub: Hub;
  readonly logger: Logger;
  readonly timings: Timings;
}

/** One node with what it runs on. */
interface Node {
  readonly app: NodeApp;
  readonly member: LocalMember;
  readonly plan: Plan;
}

/** The one node of a server that is one process, behind the interface of a fleet. */
export class Solo implements Deployment {
  readonly startedAt: Date = new Date();
  readonly #options: SoloOptions;
  readonly #firstPlan: Plan;
  #node: Node | undefined;
  #doors: Doors | undefined;
  #state: WorkerState = 'starting';
  #generation = 0;
  #health: ProcessHealth | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(plan: Plan, options: SoloOptions) {
    this.#firstPlan = plan;
    this.#options = options;
  }

  workers(): readonly WorkerStatus[] {
    const name = `worker-0.${this.#generation}` as const;
    const { startedAt } = this;
    return [{ name, slot: 0, pid: process.pid, state: this.#state, restarts: 0, startedAt, health: this.#health }];
  }

  async start(): Promise<Listening> {
    const node = await this.#create(this.#firstPlan);
    this.#doors = await openNode(node.plan.config, node.app, this.#options.logger);
    this.#node = node;
    this.#state = 'ready';
    this.#watch();
    return this.#doors.listening;
  }

  async reload(plan: Plan): Promise<Reloaded> {
    const old = this.#node;
    const doors = this.#doors;
    if (old === undefined || doors === undefined) throw new Error('the server has not started yet');
    this.#throwIfLeaving();
    const fresh = await this.#create(plan);
    try {
      if (samePorts(old.plan, plan)) {
        await fresh.app.start();
        this.#throwIfLeaving();
        doors.use(fresh.app, plan.config.server.tls);
      } else {
        this.#doors = await openNode(plan.config, fresh.app, this.#options.logger);
      }
    } catch (error) {
      await stopApp(fresh.app, plan.config.server.shutdownTimeout, this.#options.logger);
      fresh.member.leave();
      throw error;
    }
    this.#node = fresh;
    return { oldGone: this.#retire(old, this.#doors === doors ? undefined : doors) };
  }

  async stop(): Promise<boolean> {
    this.#stopWatching?.();
    const node = this.#node;
    const doors = this.#doors;
    if (node === undefined || doors === undefined) return true;
    this.#state = 'draining';
    const { drainDelay: delay, shutdownTimeout: timeout } = node.plan.config.server;
    return drain(node.app, doors, { reason: 'stop', delay, linger: 0, timeout }, this.#options.logger);
  }

  kill(): void {
    this.#doors?.cut();
  }

  #throwIfLeaving(): void {
    if (this.#state !== 'ready') throw new Error('the server is stopping');
  }

  async #create(plan: Plan): Promise<Node> {
    const { hub, logger, roles } = this.#options;
    const name = `worker-0.${this.#generation + 1}` as const;
    const member = joinLocally(hub, name, logger);
    try {
      const shares = shareOut(plan.config, 1);
      const app = await roles.createNode({ ...plan, logger, bus: member.bus, shares, name, slot: 0 });
      this.#generation += 1;
      return { app, member, plan };
    } catch (error) {
      member.leave();
      throw error;
    }
  }

  /** Lets the old app finish what it began; its doors, if it had its own, are closed with it. */
  async #retire({ app, member, plan }: Node, doors: Doors | undefined): Promise<void> {
    const { logger, timings } = this.#options;
    const timeout = plan.config.server.shutdownTimeout;
    if (doors === undefined) {
      app.setDraining('reload');
      await stopApp(app, timeout, logger);
    } else {
      await drain(app, doors, { reason: 'reload', delay: 0, linger: timings.linger, timeout }, logger);
    }
    member.leave();
  }

  #watch(): void {
    const signs = watchVitalSigns();
    const timer = setInterval(() => {
      this.#health = signs.look();
    }, this.#options.timings.heartbeat).unref();
    this.#stopWatching = () => {
      clearInterval(timer);
      signs.stop();
    };
  }
}

const samePorts = ({ config: { server: a } }: Plan, { config: { server: b } }: Plan): boolean =>
  a.port === b.port && a.host === b.host && a.managementPort === b.managementPort;
