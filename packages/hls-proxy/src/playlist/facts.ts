import { attributeSpans } from './attributes.js';

/** Where a live playlist ends: the number after its last segment, and how many parts of that one there are already. */
export interface LiveEdge {
  readonly next: number;
  readonly parts: number;
}

/** What a proxy wants to know of a playlist besides its URIs. */
export interface PlaylistFacts {
  /** ms; undefined in a multivariant playlist. */
  readonly targetDuration: number | undefined;
  /** Undefined in multivariant playlists and in those that have ended. */
  readonly liveEdge: LiveEdge | undefined;
  /** Nothing will be added (EXT-X-ENDLIST). */
  readonly ended: boolean;
  /** A delta update (EXT-X-SKIP): no use without the playlist that it updates. */
  readonly delta: boolean;
}

const LINE = /^[ \t]*#(EXTINF|EXT-X-(?:TARGETDURATION|MEDIA-SEQUENCE|ENDLIST|PART|SKIP))(?::([^\r\n]*))?[ \t]*$/gm;

/** Whether a text is a playlist: its first line says so (draft-pantos-hls-rfc8216bis section 4.4.1.1). */
export function isPlaylist(text: string): boolean {
  return /^\uFEFF?\s*#EXTM3U/.test(text);
}

export function playlistFacts(text: string): PlaylistFacts {
  let targetDuration: number | undefined;
  let sequence = 0;
  let segments = 0;
  let parts = 0;
  let ended = false;
  let delta = false;
  for (const [, tag, value = ''] of text.matchAll(LINE)) {
    if (tag === 'EXTINF') {
      segments += 1;
      parts = 0;
    } else if (tag === 'EXT-X-PART') parts += 1;
    else if (tag === 'EXT-X-TARGETDURATION') targetDuration = count(value) * 1000;
    else if (tag === 'EXT-X-MEDIA-SEQUENCE') sequence = count(value);
    else if (tag === 'EXT-X-SKIP') {
      delta = true;
      segments += skipped(value);
    } else ended = true;
  }
  const live = targetDuration !== undefined && !ended;
  return { targetDuration, liveEdge: live ? { next: sequence + segments, parts } : undefined, ended, delta };
}

/** Whether an edge comes before another. */
export function isBehind(edge: LiveEdge, other: LiveEdge): boolean {
  return edge.next === other.next ? edge.parts < other.parts : edge.next < other.next;
}

const count = (text: string): number => (/^\s*\d{1,15}/.test(text) ? Number.parseInt(text, 10) : 0);

function skipped(attributes: string): number {
  const span = attributeSpans(attributes, 0, attributes.length).find(({ name }) => name === 'SKIPPED-SEGMENTS');
  return span === undefined ? 0 : count(attributes.slice(span.start, span.end));
}
