import type { Point, Series } from '../api/overview.js';

const MOST_SECONDS = 300;
/** A day, and the five minutes that are not over. */
const MOST_SLOTS = 289;

/** Oldest first. */
export interface Past {
  readonly seconds: readonly Point[];
  readonly slots: readonly Point[];
}

/** The last five minutes by the second and the last day by five minutes, however long the page is open. */
export class History {
  #past: Past = { seconds: [], slots: [] };

  /** What is known now; it does not change any more. */
  get past(): Past {
    return this.#past;
  }

  /** One more second; one that is known already is not taken twice. */
  push(point: Point): void {
    const { seconds, slots } = this.#past;
    const last = seconds.at(-1);
    if (last !== undefined && last.at >= point.at) return;
    this.#past = { seconds: [...seconds.slice(1 - MOST_SECONDS), point], slots };
  }

  /** What the server tells of the past, all of it or what is younger than something. */
  merge({ seconds, five_minutes: slots }: Series): void {
    this.#past = {
      seconds: merged(this.#past.seconds, seconds).slice(-MOST_SECONDS),
      slots: merged(this.#past.slots, slots).slice(-MOST_SLOTS),
    };
  }
}

/** By time, the younger telling of the same moment first. Times are ISO 8601, so that they sort as text. */
function merged(known: readonly Point[], told: readonly Point[]): Point[] {
  const byTime = new Map([...known, ...told].map((point) => [point.at, point]));
  return [...byTime.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
}
