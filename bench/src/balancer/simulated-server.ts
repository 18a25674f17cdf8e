import type { VirtualTime } from './virtual-time.js';

/** A reproducible source of random numbers (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Job {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  timer: unknown;
  gone: boolean;
}

const slots = 4;
const medianMs = 20;
const sigma = 0.6;

/** A server of four slots with a queue before them; service times are log-normal around 20 ms. */
export class SimulatedServer {
  slowness = 1;
  /** The share of requests that fail, in 3 ms. */
  failing = 0;
  readonly #time: VirtualTime;
  readonly #random: () => number;
  readonly #queue: Job[] = [];
  #busy = 0;

  constructor(time: VirtualTime, random: () => number) {
    this.#time = time;
    this.#random = random;
  }

  serve(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const job: Job = { resolve, reject, timer: undefined, gone: false };
      signal.addEventListener('abort', () => this.#leave(job), { once: true });
      this.#queue.push(job);
      this.#next();
    });
  }

  /** Median × e^(σ × normal), Box and Muller's. */
  serviceTime(): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
    return medianMs * this.slowness * Math.exp(sigma * normal);
  }

  #next(): void {
    while (this.#busy < slots) {
      const job = this.#queue.shift();
      if (!job) return;
      if (job.gone) continue;
      this.#busy++;
      const fails = this.#random() < this.failing;
      job.timer = this.#time.setTimeout(
        () => {
          job.gone = true;
          this.#busy--;
          if (fails) job.reject(new Error('failed'));
          else job.resolve();
          this.#next();
        },
        fails ? 3 : this.serviceTime(),
      );
    }
  }

  /** The client went away: its place is free. */
  #leave(job: Job): void {
    if (job.gone) return;
    job.gone = true;
    job.reject(new Error('aborted'));
    if (job.timer === undefined) return;
    this.#time.clearTimeout(job.timer);
    this.#busy--;
    this.#next();
  }
}
