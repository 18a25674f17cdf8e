import { SEGMENT_SECONDS, type SampleMedia, type TransportRendition } from '../media.js';
import { transportVariants } from '../multivariant.js';
import { playlist, transportStream, type Stream } from '../stream.js';
import { listHeader } from './on-demand.js';

/** MPEG transport stream, picture and sound in one. */
export function transport(media: SampleMedia): Stream {
  const renditions = new Map(media.transport.map((rendition) => [rendition.name, rendition]));
  return (path) => {
    if (path === 'main.m3u8') return transportVariants(media.transport);
    const [, name = '', segment] = /^(\w+)(?:\.m3u8|\/(\d+)\.ts)$/.exec(path) ?? [];
    const rendition = renditions.get(name);
    if (rendition === undefined) return undefined;
    if (segment === undefined) return playlist(segmentList(rendition));
    const bytes = rendition.segments[Number(segment)];
    return bytes === undefined ? undefined : transportStream(bytes);
  };
}

/** `before` may put tags before a segment. */
export function segmentList(
  { name, segments }: TransportRendition,
  before: (segment: number) => readonly string[] = () => [],
): readonly string[] {
  return [
    ...listHeader(3),
    ...segments.flatMap((_, index) => [
      ...before(index),
      `#EXTINF:${SEGMENT_SECONDS.toFixed(5)},`,
      `${name}/${index}.ts`,
    ]),
    '#EXT-X-ENDLIST',
  ];
}
