import {
  createTaskRunner,
  memoryDriver,
  TasksUnavailableError,
  type Json,
  type Schedule,
  type TaskDriver,
  type TaskHandlers,
} from '@forebay/image-proxy/tasks';
import type { FleetView } from '../process/roles.js';

/** What the queues are worked on with under one configuration. */
interface Shift {
  readonly handlers: TaskHandlers;
  readonly schedules: readonly Schedule[];
  /** Resolves once nothing runs that these handlers began. */
  idle(): Promise<void>;
}

/** By the server's life: a reload brings new duties, but what waits stays. */
const kept = new WeakMap<FleetView, KeptQueues>();

/** The queues in the primary's memory, and a hand at them. */
export interface MemoryTasks {
  readonly driver: TaskDriver;
  /** Works on with what the configuration before or after has; without either the queues are closed, within so many ms. */
  leave(timeout: number): Promise<boolean>;
}

/** Begins to work on the queues that the server has, or on new ones. */
export function workInMemory(fleet: FleetView, handlers: TaskHandlers, schedules: readonly Schedule[]): MemoryTasks {
  const queues = kept.get(fleet) ?? new KeptQueues();
  kept.set(fleet, queues);
  const shift = shiftOf(handlers, schedules);
  queues.join(shift);
  return {
    driver: queues.driver,
    async leave(timeout) {
      if (await queues.leave(shift)) return true;
      kept.delete(fleet);
      return queues.driver.close(timeout);
    },
  };
}

class KeptQueues {
  readonly driver: TaskDriver = memoryDriver();
  readonly #shifts: Shift[] = [];
  readonly #runner = createTaskRunner({
    handlers: {
      refresh: (...asked) => this.#latest().refresh(...asked),
      preRefresh: (...asked) => this.#latest().preRefresh(...asked),
      cleanUp: (...asked) => this.#latest().cleanUp(...asked),
    },
  });

  join(shift: Shift): void {
    this.#shifts.push(shift);
    this.driver.work(this.#runner, shift.schedules);
  }

  /** Whether others go on. */
  async leave(shift: Shift): Promise<boolean> {
    const wasLatest = this.#shifts.at(-1) === shift;
    this.#shifts.splice(this.#shifts.indexOf(shift), 1);
    const latest = this.#shifts.at(-1);
    if (latest === undefined) return false;
    // A reload that was refused after all.
    if (wasLatest) this.driver.work(this.#runner, latest.schedules);
    await shift.idle();
    return true;
  }

  #latest(): TaskHandlers {
    const shift = this.#shifts.at(-1);
    if (shift === undefined) throw new TasksUnavailableError('the server stops');
    return shift.handlers;
  }
}

function shiftOf(handlers: TaskHandlers, schedules: readonly Schedule[]): Shift {
  const running = new Set<Promise<Json>>();
  const watched =
    <Asked extends readonly unknown[]>(work: (...asked: Asked) => Promise<Json>) =>
    (...asked: Asked): Promise<Json> => {
      const run = work(...asked);
      running.add(run);
      const forget = (): boolean => running.delete(run);
      run.then(forget, forget);
      return run;
    };
  return {
    schedules,
    handlers: {
      refresh: watched((...asked: Parameters<TaskHandlers['refresh']>) => handlers.refresh(...asked)),
      preRefresh: watched((...asked: Parameters<TaskHandlers['preRefresh']>) => handlers.preRefresh(...asked)),
      cleanUp: watched((...asked: Parameters<TaskHandlers['cleanUp']>) => handlers.cleanUp(...asked)),
    },
    async idle() {
      await Promise.allSettled(running);
    },
  };
}
