import type { Clock } from '@forebay/balancer';

interface Timer {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** A clock whose time passes as fast as the work is done: an hour of traffic in seconds, the same at every run. */
export class VirtualTime implements Clock {
  #now = 0;
  #order = 0;
  readonly #heap: Timer[] = [];

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): Timer {
    const timer: Timer = { at: this.#now + ms, order: this.#order++, callback };
    this.#push(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    (timer as Timer).callback = undefined;
  }

  /** Lets time pass until `end`, with all promises settled between two timers. */
  async runUntil(end: number): Promise<void> {
    for (let timer = this.#heap[0]; timer && timer.at <= end; timer = this.#heap[0]) {
      this.#pop();
      if (!timer.callback) continue;
      this.#now = timer.at;
      timer.callback();
      // eslint-disable-next-line no-await-in-loop -- one event after the other
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = end;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
