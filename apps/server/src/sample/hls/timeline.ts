import { PART_SECONDS, PARTS_PER_SEGMENT, SEGMENT_SECONDS } from './media.js';

/**
 * Milliseconds since 1970 at which the live streams began. It is fixed, so that mirrors agree and a player survives a
 * restart of its origin; it is not long ago, as players keep something for every discontinuity by its number.
 */
export const EPOCH: number = Date.UTC(2026, 0, 1);

const SEGMENT_MS = SEGMENT_SECONDS * 1000;
const PART_MS = PART_SECONDS * 1000;

/** How many segments have been made until then. */
export const segmentsMade = (now: number): number => Math.max(0, Math.floor((now - EPOCH) / SEGMENT_MS));
export const partsMade = (now: number): number => Math.max(0, Math.floor((now - EPOCH) / PART_MS));
/** When a segment begins; it is there when the next one begins. */
export const segmentStart = (segment: number): number => EPOCH + segment * SEGMENT_MS;
export const partStart = (part: number): number => EPOCH + part * PART_MS;
export const programDateTime = (segment: number): string =>
  `#EXT-X-PROGRAM-DATE-TIME:${new Date(segmentStart(segment)).toISOString()}`;

/** Parts are counted through; this is where one is. */
export const placeOf = (part: number): { readonly segment: number; readonly part: number } => ({
  segment: Math.floor(part / PARTS_PER_SEGMENT),
  part: part % PARTS_PER_SEGMENT,
});
