import {
  addCounts,
  noCounts,
  overall,
  overallUpstream,
  type Counts,
  type RouteCounts,
  type UpstreamCounts,
} from '../metrics/counts.js';
import { countOf, percentile } from '../metrics/latency-histogram.js';
import { Ring } from './ring.js';
import type { HistoryPoint } from './series.js';

const SECONDS_KEPT = 300;
const SLOT = 5 * 60_000;
const SLOTS_KEPT = 288;
const UPSTREAM_SECONDS = 60;

/** What one upstream did in one second. */
export interface UpstreamSecond {
  readonly calls: number;
  readonly failures: number;
  /** Mean; undefined without calls. */
  readonly responseMs: number | undefined;
}

/** The state of a recorder, to be handed on. */
export interface RecorderState {
  readonly seconds: readonly HistoryPoint[];
  readonly slots: readonly HistoryPoint[];
  readonly upstreams: readonly (readonly [string, readonly UpstreamSecond[]])[];
  readonly last: { readonly at: number; readonly counts: Counts } | undefined;
  readonly open: OpenSlot | undefined;
}

interface OpenSlot {
  readonly from: number;
  readonly counts: Counts;
}

/**
 * Makes series of running totals: the last five minutes by the second and the last day by five minutes. Bounded, whatever
 * the traffic; in the primary, so that a page has it at once.
 */
export class Recorder {
  readonly #seconds: Ring<HistoryPoint>;
  readonly #slots: Ring<HistoryPoint>;
  readonly #upstreams: Map<string, Ring<UpstreamSecond>>;
  /** What the last record added. */
  lastSecond: Counts = noCounts();
  #last: RecorderState['last'];
  #open: OpenSlot | undefined;

  constructor(state?: RecorderState) {
    this.#seconds = new Ring(SECONDS_KEPT, state?.seconds);
    this.#slots = new Ring(SLOTS_KEPT, state?.slots);
    this.#upstreams = new Map((state?.upstreams ?? []).map(([id, items]) => [id, new Ring(UPSTREAM_SECONDS, items)]));
    this.#last = state?.last;
    this.#open = state?.open;
  }

  /** Takes the totals of this moment; the first ones are where counting begins. */
  record(at: number, counts: Counts): void {
    const last = this.#last ?? { at: at - 1000, counts };
    this.#last = { at, counts };
    const delta = noCounts();
    addCounts(delta, counts);
    addCounts(delta, last.counts, -1);
    this.#seconds.push(pointOf(at, (at - last.at) / 1000, delta));
    this.lastSecond = delta;
    this.#recordUpstreams(delta);
    this.#recordSlot(at, delta);
  }

  /** The last second's point. */
  get latest(): HistoryPoint | undefined {
    return this.#seconds.items.at(-1);
  }

  /** By the second, and by five minutes: the last of these is not over yet. */
  series(): { readonly seconds: readonly HistoryPoint[]; readonly slots: readonly HistoryPoint[] } {
    const open = this.#open;
    const until = this.#last?.at ?? 0;
    const current =
      open === undefined ? [] : [pointOf(open.from, Math.max(1, (until - open.from) / 1000), open.counts)];
    return { seconds: this.#seconds.items, slots: [...this.#slots.items, ...current] };
  }

  /** The last minute of one upstream. */
  upstream(group: string, name: string): readonly UpstreamSecond[] {
    return this.#upstreams.get(`${group} ${name}`)?.items ?? [];
  }

  /** Everything that the last `seconds` points cover, as one. */
  recent(seconds: number): HistoryPoint[] {
    return this.#seconds.items.slice(-seconds);
  }

  state(): RecorderState {
    return {
      seconds: this.#seconds.items,
      slots: this.#slots.items,
      upstreams: [...this.#upstreams].map(([id, ring]) => [id, ring.items]),
      last: this.#last,
      open: this.#open,
    };
  }

  #recordUpstreams({ routes }: Counts): void {
    for (const [group, { upstreams }] of Object.entries(routes)) {
      for (const [name, counts] of Object.entries(upstreams)) {
        const id = `${group} ${name}`;
        const ring = this.#upstreams.get(id) ?? new Ring<UpstreamSecond>(UPSTREAM_SECONDS);
        this.#upstreams.set(id, ring);
        ring.push({
          calls: counts.calls,
          failures: failuresOf(counts),
          responseMs: counts.calls === 0 ? undefined : counts.times.sum / counts.calls,
        });
      }
    }
  }

  #recordSlot(at: number, delta: Counts): void {
    const from = Math.floor(at / SLOT) * SLOT;
    if (this.#open !== undefined && this.#open.from !== from) {
      this.#slots.push(pointOf(this.#open.from, SLOT / 1000, this.#open.counts));
      this.#open = undefined;
    }
    this.#open ??= { from, counts: noCounts() };
    addCounts(this.#open.counts, delta);
  }
}

/** Attempts that got no answer, or an error of the server's. */
export const failuresOf = ({ results }: UpstreamCounts): number =>
  Object.entries(results).reduce((sum, [result, count]) => (/^[1-4]xx$/.test(result) ? sum : sum + count), 0);

function pointOf(at: number, seconds: number, counts: Counts): HistoryPoint {
  const total = overall(counts);
  const upstream = overallUpstream(total);
  const { buckets } = total.times;
  const any = countOf(buckets) > 0;
  return {
    at: new Date(at).toISOString(),
    seconds: Math.round(seconds * 1000) / 1000,
    requests: total.requests,
    hits: Object.fromEntries(Object.entries(total.tiers).filter(([, count]) => count > 0)),
    misses: total.misses,
    bytes: total.bytes,
    errors: serverErrors(total),
    p50_ms: any ? percentile(buckets, 0.5) : null,
    p90_ms: any ? percentile(buckets, 0.9) : null,
    p99_ms: any ? percentile(buckets, 0.99) : null,
    upstream_calls: upstream.calls,
    upstream_failures: failuresOf(upstream),
  };
}

const serverErrors = ({ answers }: RouteCounts): number =>
  Object.entries(answers).reduce((sum, [name, count]) => (name.startsWith('5xx') ? sum + count : sum), 0);
