import type { Logger } from '../log/logger.js';
import { deferred } from './deferred.js';
import type { Hub } from './hub.js';
import type { Listening, ProcessHealth, WorkerState, WorkerStatus } from './roles.js';
import { StartError } from './start-error.js';
import type { DrainOrder, ToPrimary, ToWorker, WorkerBoot } from './wire.js';

/** A process that can be a worker, as `node:cluster` gives it. */
export interface WorkerProcess {
  readonly pid: number;
  send(message: ToWorker): void;
  kill(signal: NodeJS.Signals): void;
  onMessage(listener: (message: ToPrimary) => void): void;
  onExit(listener: (end: WorkerEnd) => void): void;
}

export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Time beyond what a worker was given to leave, before it is killed. Milliseconds. */
const patience = 2000;

/** The primary's view of one worker, from its start to its end. */
export class WorkerHandle {
  /** Resolves once it serves. Rejects with a `StartError` if it says it cannot, with another error if it dies before. */
  readonly ready: Promise<Listening>;
  readonly gone: Promise<WorkerEnd>;
  readonly boot: WorkerBoot;
  readonly startedAt: Date = new Date();
  readonly #process: WorkerProcess;
  #state: WorkerState = 'starting';
  #health: ProcessHealth | undefined;
  #lastSign = performance.now();

  constructor(process: WorkerProcess, boot: WorkerBoot, hub: Hub, logger: Logger) {
    this.#process = process;
    this.boot = boot;
    const send = (message: ToWorker): void => {
      try {
        process.send(message);
      } catch (error) {
        logger.error({ event: 'message_failed', worker: boot.slot, err: error }, 'a message cannot be sent');
      }
    };
    const port = hub.join(boot.name, (message) => send({ type: 'bus', message }));
    const { promise: ready, resolve, reject } = deferred<Listening>();
    this.ready = ready;
    this.ready.catch(() => undefined);
    process.onMessage((message) => {
      this.#lastSign = performance.now();
      switch (message.type) {
        case 'hello':
          send({ type: 'start', ...boot });
          break;
        case 'ready':
          if (this.#state === 'starting') this.#state = 'ready';
          port.open();
          resolve(message.listening);
          break;
        case 'failed':
          reject(new StartError(message.message));
          break;
        case 'beat':
          this.#health = message.health;
          break;
        case 'bus':
          port.receive(message.message);
          break;
      }
    });
    this.gone = new Promise((settle) => {
      process.onExit((end) => {
        this.#state = 'stopped';
        port.leave();
        reject(new Error(`the worker ended before it was ready (${describeEnd(end)})`));
        settle(end);
      });
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** Milliseconds since it last said anything. */
  get silence(): number {
    return performance.now() - this.#lastSign;
  }

  /** Milliseconds since it was started. */
  get age(): number {
    return Date.now() - this.startedAt.getTime();
  }

  /** Forgives its silence, after the primary itself was held up. */
  pardon(): void {
    this.#lastSign = performance.now();
  }

  status(restarts: number): WorkerStatus {
    const { name, slot } = this.boot;
    const { pid, state, startedAt } = this;
    return { name, slot, pid, state, restarts, startedAt, health: this.#health };
  }

  /** Orders it to leave, and kills it if it does not. True if it answered everything that it had begun to. */
  async retire(order: DrainOrder): Promise<boolean> {
    if (this.#state === 'starting') {
      this.kill();
      await this.gone;
      return true;
    }
    if (this.#state === 'ready') this.#state = 'draining';
    try {
      this.#process.send({ type: 'drain', ...order });
    } catch {
      this.kill();
    }
    const timer = setTimeout(() => this.kill(), order.delay + order.linger + order.timeout + patience);
    const { code } = await this.gone;
    clearTimeout(timer);
    return code === 0;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  killHung(): void {
    this.#state = 'hung';
    this.kill();
  }
}

/** How a process ended, for a line of the log. */
export const describeEnd = ({ code, signal }: WorkerEnd): string =>
  signal === null ? `exit status ${code}` : `signal ${signal}`;
