import { isBehind, type LiveEdge } from '../playlist/facts.js';
import type { Playlist } from './playlist.js';

/** For playlists that name no target duration, ms. */
const USUAL_TARGET_DURATION = 10_000;
/** An edge that nobody has come up to for so many target durations was another broadcast's. */
const EDGE_HOLDS = 3;

interface Memory {
  playlist: Playlist;
  edge: LiveEdge | undefined;
  edgeSeenAt: number;
}

/** What is remembered of playlists: the last copy of each, for when the origin is down, and how far it had come. Bounded. */
export class StreamMemory {
  readonly #maxBytes: number;
  readonly #now: () => number;
  /** By when they were last fetched, the oldest first. */
  readonly #memories = new Map<string, Memory>();
  #bytes = 0;

  constructor(maxBytes: number, now: () => number) {
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What a playlist said last, however long ago. */
  playlist(key: string): Playlist | undefined {
    return this.#memories.get(key)?.playlist;
  }

  /** ms; what a playlist of that name said last. */
  targetDuration(key: string): number {
    return targetDurationOf(this.#memories.get(key)?.playlist);
  }

  /** Whether a playlist ends before what was seen of it already. */
  isBehind(key: string, { facts: { liveEdge } }: Playlist): boolean {
    const memory = this.#memories.get(key);
    if (memory?.edge === undefined || liveEdge === undefined) return false;
    const holds = EDGE_HOLDS * targetDurationOf(memory.playlist);
    return this.#now() - memory.edgeSeenAt <= holds && isBehind(liveEdge, memory.edge);
  }

  remember(key: string, playlist: Playlist): void {
    if (playlist.facts.delta) return;
    this.#forget(key);
    this.#memories.set(key, { playlist, edge: playlist.facts.liveEdge, edgeSeenAt: this.#now() });
    this.#bytes += sizeOf(key, playlist);
    for (const oldest of this.#memories.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#forget(oldest);
    }
  }

  /** The last copy, if it is no older than one target duration. */
  lastCopy(key: string): Playlist | undefined {
    const playlist = this.#memories.get(key)?.playlist;
    return playlist && this.#now() - playlist.fetchedAt <= targetDurationOf(playlist) ? playlist : undefined;
  }

  #forget(key: string): void {
    const memory = this.#memories.get(key);
    if (!memory) return;
    this.#memories.delete(key);
    this.#bytes -= sizeOf(key, memory.playlist);
  }
}

function targetDurationOf(playlist: Playlist | undefined): number {
  return Math.min(playlist?.facts.targetDuration || USUAL_TARGET_DURATION, 60_000);
}

const sizeOf = (key: string, { weight }: Playlist): number => weight + key.length + 500;
