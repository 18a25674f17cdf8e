import type { UpstreamView } from '../upstream-view.js';
import { Ring } from '../history/ring.js';

const WINDOW = 5 * 60_000;
/** More changes than that are as bad. */
const MOST_KEPT = 32;

/** Counts how often upstreams came and went lately. What was done by hand does not count. */
export class Flaps {
  readonly #known = new Map<string, { available: boolean; readonly changes: Ring<number> }>();

  /** @param at epoch ms */
  look(upstreams: readonly UpstreamView[], at: number): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    const there = new Set<string>();
    for (const { available, enabled, group, name } of upstreams) {
      const id = `${group} ${name}`;
      there.add(id);
      const known = this.#known.get(id) ?? { available, changes: new Ring<number>(MOST_KEPT) };
      this.#known.set(id, known);
      if (enabled && known.available !== available) {
        known.available = available;
        known.changes.push(at);
      }
      counts.set(id, known.changes.items.filter((time) => at - time < WINDOW).length);
    }
    for (const id of this.#known.keys()) if (!there.has(id)) this.#known.delete(id);
    return counts;
  }
}
