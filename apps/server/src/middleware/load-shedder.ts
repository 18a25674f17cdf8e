import type { IncomingMessage, ServerResponse } from 'node:http';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { Problem } from '@forebay/reverse-proxy';
import { InFlight } from './in-flight.js';
import { refuse } from './refuse.js';

export interface LoadShedderOptions {
  /** Requests that are not answered from memory, at once in one process. @default 20000 */
  readonly maxInFlight?: number;
  /** Event-loop delay, in ms, above which work that is not a memory hit is refused. @default 1000 */
  readonly maxDelay?: number;
}

const RETRY_AFTER_MS = 2000;
const RESOLUTION_MS = 20;
const LOOK_EVERY_MS = 250;

/**
 * Refuses what would make things worse while the process cannot keep up: above so many requests in flight, or while the
 * event loop is late. Hits in memory are never refused; they cost less than the refusal.
 */
export class LoadShedder {
  readonly #maxInFlight: number;
  readonly #maxDelay: number;
  readonly #delays: IntervalHistogram;
  readonly #timer: NodeJS.Timeout;
  #late = false;
  readonly #requests = new InFlight();
  shed = 0;

  constructor(options: LoadShedderOptions = {}) {
    this.#maxInFlight = options.maxInFlight ?? 20_000;
    this.#maxDelay = options.maxDelay ?? 1000;
    this.#delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delays.enable();
    this.#timer = setInterval(() => {
      this.#late = this.#delays.mean / 1e6 > this.#maxDelay;
      this.#delays.reset();
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  get inFlight(): number {
    return this.#requests.count;
  }

  /** Counts the request in, or answers it with 503 and returns true. */
  refuses(incoming: IncomingMessage, response: ServerResponse): boolean {
    if (this.#late || this.#requests.count >= this.#maxInFlight) {
      this.shed += 1;
      refuse(
        incoming,
        response,
        new Problem(503, 'overloaded', 'the server has more to do than it can at the moment', {
          retryAfterMs: RETRY_AFTER_MS,
        }),
      );
      return true;
    }
    this.#requests.begin(response);
    return false;
  }

  /** Resolves when nothing is in flight. */
  idle(): Promise<void> {
    return this.#requests.idle();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delays.disable();
  }
}
