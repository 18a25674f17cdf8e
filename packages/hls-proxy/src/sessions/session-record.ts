import type { Cmcd } from './cmcd.js';

/** What makes a session the one that it is; it does not change while the session lives. */
export interface SessionIdentity {
  readonly id: string;
  readonly uid: string | undefined;
  readonly address: string;
  readonly userAgent: string | undefined;
  /** Family of the player (`browser`, `apple`, `exoplayer`, `vlc`, `ffmpeg` …). */
  readonly player: string;
  /** Family of the browser (`chrome`, `safari` …); undefined: none. */
  readonly browser: string | undefined;
  /** Path below the mount of the playlist that it began with. */
  readonly stream: string;
  /** Finds the session again when the same viewer asks for the same stream anew. */
  readonly viewer: string;
  /** The same for all sessions of one user on one device: what may be superseded. */
  readonly device: string;
  /** The allow-list entry that let the viewer in, with which the session ends. */
  readonly allowedBy: string | undefined;
  /** When its grants end, in ms since the epoch; undefined: never. */
  readonly expiresAt: number | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** A session as the store knows it. */
export interface SessionRecord extends SessionIdentity {
  readonly lastSeenAt: number;
  /** What is watched now, below the mount. */
  readonly rendition: string | undefined;
  readonly bytes: number;
  /** Bits per second over the last twenty seconds or so. */
  readonly bitrate: number;
  readonly cmcd: Cmcd | undefined;
}

/** What one process has seen of a session since it last told. */
export interface SessionNews extends SessionIdentity {
  readonly lastSeenAt: number;
  readonly rendition: string | undefined;
  /** Bytes since. */
  readonly bytes: number;
  readonly cmcd: Cmcd | undefined;
}

/** Time constant of the bitrate, ms. */
export const RATE_MEMORY = 20_000;

/**
 * A rate whose past fades exponentially. Reports of many processes, at whatever times, add up to the same rate as one's.
 *
 * @param rate bits per second as of the last report
 * @param elapsed ms since then
 * @param bytes that came since
 */
export const fadedRate = (rate: number, elapsed: number, bytes: number): number =>
  rate * Math.exp(-Math.max(0, elapsed) / RATE_MEMORY) + (bytes * 8000) / RATE_MEMORY;
