import type { Facts } from '../metrics/facts.js';
import type { Bus, ProcessName } from '../process/messages.js';
import { overviewJson, streamJoin, streamLeave, streamTick, type StreamEvent } from '../topics.js';
import type { Overview, OverviewWithSeries } from './overview.js';
import type { HistoryPoint, Series } from './series.js';

/** Clients that may listen at once, over all workers. */
const MOST_CLIENTS = 20;

export interface StreamSources {
  /** What is the case now; made only when somebody wants it. */
  readonly overview: (facts: Facts) => Overview;
  readonly series: () => { readonly seconds: readonly HistoryPoint[]; readonly slots: readonly HistoryPoint[] };
  readonly look: () => Promise<Facts>;
}

/** The one stream of overviews that all workers pass on: built once a second, and only while somebody listens. */
export class OverviewStream {
  readonly #bus: Bus;
  readonly #sources: StreamSources;
  readonly #clients = new Map<ProcessName, number>();
  readonly #ends: readonly (() => void)[];

  constructor(bus: Bus, sources: StreamSources) {
    this.#bus = bus;
    this.#sources = sources;
    this.#ends = [
      bus.handle(overviewJson, async ({ since }) => (await this.#whole(since)).json),
      bus.handle(streamJoin, ({ since }, from) => this.#join(since, from)),
      bus.handle(streamLeave, (left, from) => this.#count(from, left)),
    ];
  }

  /** Once a second. */
  publish(facts: Facts): void {
    const there = new Set(facts.workers.map(({ name }) => name));
    for (const name of this.#clients.keys()) if (!there.has(name)) this.#clients.delete(name);
    if (this.#clients.size === 0) return;
    const overview = this.#sources.overview(facts);
    this.#bus.broadcast(streamTick, { id: overview.id, json: JSON.stringify(overview) }, 'workers');
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  async #join(since: number | undefined, from: ProcessName): Promise<StreamEvent | undefined> {
    const clients = [...this.#clients.values()].reduce((sum, count) => sum + count, 0);
    if (clients >= MOST_CLIENTS) return undefined;
    this.#count(from, (this.#clients.get(from) ?? 0) + 1);
    return this.#whole(since);
  }

  #count(from: ProcessName, count: number): void {
    if (count > 0) this.#clients.set(from, count);
    else this.#clients.delete(from);
  }

  async #whole(since: number | undefined): Promise<StreamEvent> {
    const overview = this.#sources.overview(await this.#sources.look());
    const { seconds, slots } = this.#sources.series();
    const whole: OverviewWithSeries = { ...overview, series: seriesSince({ seconds, five_minutes: slots }, since) };
    return { id: overview.id, json: JSON.stringify(whole) };
  }
}

/** What is younger than an event; the five minutes that it fell into are told again, as they went on. */
function seriesSince(series: Series, since: number | undefined): Series {
  if (since === undefined) return series;
  return {
    seconds: series.seconds.filter(({ at }) => Math.floor(Date.parse(at) / 1000) > since),
    five_minutes: series.five_minutes.filter(({ at, seconds }) => Date.parse(at) / 1000 + seconds >= since),
  };
}
