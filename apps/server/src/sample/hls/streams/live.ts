import { SEGMENT_SECONDS, type SampleMedia, type TransportRendition } from '../media.js';
import { transportVariants } from '../multivariant.js';
import { livePlaylist, transportStream, type Stream } from '../stream.js';
import type { Timeline } from '../timeline.js';

/** Segments in the playlist. */
const WINDOW = 6;
/** Segments that can still be had after they left it (RFC 8216, 6.2.2 asks for as long as the playlist was). */
const KEPT = WINDOW;

/** A loop in MPEG transport stream as an endless live stream, with a discontinuity at every seam. */
export function live(media: SampleMedia, timeline: Timeline): Stream {
  const renditions = new Map(media.transport.map((rendition) => [rendition.name, rendition]));
  return (path, _query, now) => {
    if (path === 'main.m3u8') return transportVariants(media.transport);
    const [, name = '', segment] = /^(\w+)(?:\.m3u8|\/(\d+)\.ts)$/.exec(path) ?? [];
    const rendition = renditions.get(name);
    if (rendition === undefined) return undefined;
    const made = timeline.segmentsMade(now);
    if (segment === undefined) return livePlaylist(window(rendition, made, timeline));
    const number = Number(segment);
    if (number >= made || number < made - WINDOW - KEPT) return undefined;
    return transportStream(rendition.segments[number % rendition.segments.length]!);
  };
}

function window({ name, segments }: TransportRendition, made: number, timeline: Timeline): readonly string[] {
  const first = Math.max(0, made - WINDOW);
  const round = (segment: number): number => Math.floor(segment / segments.length);
  const isSeam = (segment: number): boolean => segment > 0 && segment % segments.length === 0;
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:3',
    `#EXT-X-TARGETDURATION:${Math.ceil(SEGMENT_SECONDS)}`,
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
    // It counts the tags that have left the playlist: not yet the one that stands before the first segment.
    `#EXT-X-DISCONTINUITY-SEQUENCE:${round(first) - (isSeam(first) ? 1 : 0)}`,
    ...Array.from({ length: made - first }, (_, index) => first + index).flatMap((segment) => [
      ...(isSeam(segment) ? ['#EXT-X-DISCONTINUITY'] : []),
      timeline.programDateTime(segment),
      `#EXTINF:${SEGMENT_SECONDS.toFixed(5)},`,
      `${name}/${segment}.ts`,
    ]),
  ];
}
