import type { LiveEdges } from './live-edges.js';
import type { Playlist } from './playlist.js';

/** For playlists that name no target duration, ms. */
const USUAL_TARGET_DURATION = 10_000;
/** An edge that nobody has come up to for so many target durations was another broadcast's. */
const EDGE_HOLDS = 3;

/** What is remembered of playlists: the last copy of each, for when the origin is down. Bounded. */
export class StreamMemory {
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #edges: LiveEdges;
  /** By when they were last fetched, the oldest first. */
  readonly #playlists = new Map<string, Playlist>();
  #bytes = 0;

  constructor(maxBytes: number, now: () => number, edges: LiveEdges) {
    this.#maxBytes = maxBytes;
    this.#now = now;
    this.#edges = edges;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What a playlist said last, however long ago. */
  playlist(key: string): Playlist | undefined {
    return this.#playlists.get(key);
  }

  /** ms; what a playlist of that name said last. */
  targetDuration(key: string): number {
    return targetDurationOf(this.#playlists.get(key));
  }

  /** Whether a playlist ends before what was seen of it already. */
  isBehind(key: string, playlist: Playlist): boolean {
    const { liveEdge } = playlist.facts;
    if (liveEdge === undefined) return false;
    return this.#edges.isBehind(key, liveEdge, EDGE_HOLDS * targetDurationOf(this.#playlists.get(key) ?? playlist));
  }

  remember(key: string, playlist: Playlist): void {
    const { delta, liveEdge } = playlist.facts;
    if (liveEdge !== undefined) this.#edges.saw(key, liveEdge);
    if (delta) return;
    this.#forget(key);
    this.#playlists.set(key, playlist);
    this.#bytes += sizeOf(key, playlist);
    for (const oldest of this.#playlists.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#forget(oldest);
    }
  }

  /** The last copy, if it is no older than one target duration. */
  lastCopy(key: string): Playlist | undefined {
    const playlist = this.#playlists.get(key);
    return playlist && this.#now() - playlist.fetchedAt <= targetDurationOf(playlist) ? playlist : undefined;
  }

  #forget(key: string): void {
    const playlist = this.#playlists.get(key);
    if (!playlist) return;
    this.#playlists.delete(key);
    this.#bytes -= sizeOf(key, playlist);
  }
}

function targetDurationOf(playlist: Playlist | undefined): number {
  return Math.min(playlist?.facts.targetDuration || USUAL_TARGET_DURATION, 60_000);
}

const sizeOf = (key: string, { weight }: Playlist): number => weight + key.length + 500;
