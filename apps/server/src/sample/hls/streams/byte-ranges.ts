import { SEGMENT_SECONDS, segmentsOf, type FragmentedRendition, type SampleMedia } from '../media.js';
import { fragmentedVariants } from '../multivariant.js';
import { mp4, playlist, type Stream } from '../stream.js';
import { listHeader } from './on-demand.js';

/** fMP4 with one file a rendition, of which segments are byte ranges. */
export function byteRanges(media: SampleMedia): Stream {
  const tracks = new Map([...media.video, ...media.audio].map((track) => [track.name, track]));
  return (path) => {
    if (path === 'main.m3u8') return fragmentedVariants(media);
    const [, name = '', ending] = /^(\w+)\.(m3u8|mp4)$/.exec(path) ?? [];
    const track = tracks.get(name);
    if (track === undefined) return undefined;
    return ending === 'mp4' ? mp4(track.file) : playlist(rangeList(track));
  };
}

function rangeList(track: FragmentedRendition): readonly string[] {
  return [
    ...listHeader(7),
    `#EXT-X-MAP:URI="${track.name}.mp4",BYTERANGE="${track.init.length}@0"`,
    ...segmentsOf(track.fragments).flatMap((segment, index) => {
      const length = segment.reduce((total, { bytes }) => total + bytes.length, 0);
      // The offset may be left out where a range begins at the end of the one before.
      const range = index === 0 ? `${length}@${segment[0]!.offset}` : `${length}`;
      return [`#EXTINF:${SEGMENT_SECONDS.toFixed(5)},`, `#EXT-X-BYTERANGE:${range}`, `${track.name}.mp4`];
    }),
    '#EXT-X-ENDLIST',
  ];
}
