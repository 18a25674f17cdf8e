import { PART_SECONDS, PARTS_PER_SEGMENT, SEGMENT_SECONDS } from './media.js';

const SEGMENT_MS = SEGMENT_SECONDS * 1000;
const PART_MS = PART_SECONDS * 1000;

/** What a live stream has at which time, in milliseconds since 1970. */
export interface Timeline {
  /** How many segments have been made until then. */
  segmentsMade(now: number): number;
  partsMade(now: number): number;
  /** When a part begins; it is there when the next one begins. */
  partStart(part: number): number;
  /** The tag that dates a segment. */
  programDateTime(segment: number): string;
}

export const createTimeline = (epoch: number): Timeline => ({
  segmentsMade: (now) => Math.max(0, Math.floor((now - epoch) / SEGMENT_MS)),
  partsMade: (now) => Math.max(0, Math.floor((now - epoch) / PART_MS)),
  partStart: (part) => epoch + part * PART_MS,
  programDateTime: (segment) => `#EXT-X-PROGRAM-DATE-TIME:${new Date(epoch + segment * SEGMENT_MS).toISOString()}`,
});

/**
 * When live streams began: the first of the month. A player then survives a restart of its origin, and the numbers of
 * discontinuities stay small, which hls.js has an array by.
 */
export function defaultEpoch(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

/** Parts are counted through; this is where one is. */
export const placeOf = (part: number): { readonly segment: number; readonly part: number } => ({
  segment: Math.floor(part / PARTS_PER_SEGMENT),
  part: part % PARTS_PER_SEGMENT,
});
