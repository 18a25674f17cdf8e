import { isBehind, type LiveEdge } from '../playlist/facts.js';

/** How far a playlist has come, as one process tells another. */
export interface StreamEdge extends LiveEdge {
  /** Names the playlist. */
  readonly key: string;
}

interface Seen {
  readonly edge: LiveEdge;
  readonly at: number;
}

/** Playlists whose edges are known at once. */
const MOST_EDGES = 10_000;
/** Edges told together; a player that comes back to another process does so no sooner than half a target duration later. */
const TOLD_EVERY_MS = 50;

/**
 * How far live playlists have come, as far as any viewer has seen it: here, or in other processes between which viewers
 * may move. Bounded.
 */
export class LiveEdges {
  readonly #now: () => number;
  readonly #tell: ((news: readonly StreamEdge[]) => void) | undefined;
  /** The one seen last at the end. */
  readonly #seen = new Map<string, Seen>();
  #news = new Map<string, LiveEdge>();
  #timer: NodeJS.Timeout | undefined;

  /** @param tell passes on what was seen here first, so that others may hear it */
  constructor(now: () => number, tell?: (news: readonly StreamEdge[]) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  get size(): number {
    return this.#seen.size;
  }

  /** Whether an edge is behind what was seen no longer ago than `holds` ms. */
  isBehind(key: string, edge: LiveEdge, holds: number): boolean {
    const seen = this.#seen.get(key);
    return seen !== undefined && this.#now() - seen.at <= holds && isBehind(edge, seen.edge);
  }

  /** A viewer was given a playlist that goes so far. */
  saw(key: string, edge: LiveEdge): void {
    const before = this.#seen.get(key)?.edge;
    this.#remember(key, edge);
    // Parts are what blocking reloads ask for by number: an older playlist is no answer to these.
    if (this.#tell === undefined || (before !== undefined && edge.next <= before.next)) return;
    this.#news.set(key, edge);
    this.#timer ??= setTimeout(() => this.#flush(), TOLD_EVERY_MS).unref();
  }

  /** What viewers of another process were given. */
  heard(news: readonly StreamEdge[]): void {
    for (const { key, next, parts } of news) {
      const edge = { next, parts };
      const known = this.#seen.get(key);
      if (known === undefined || isBehind(known.edge, edge)) this.#remember(key, edge);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #remember(key: string, edge: LiveEdge): void {
    this.#seen.delete(key);
    this.#seen.set(key, { edge, at: this.#now() });
    if (this.#seen.size <= MOST_EDGES) return;
    for (const oldest of this.#seen.keys()) {
      this.#seen.delete(oldest);
      return;
    }
  }

  #flush(): void {
    this.#timer = undefined;
    const news = [...this.#news].map(([key, edge]) => ({ key, ...edge }));
    this.#news = new Map();
    this.#tell?.(news);
  }
}
