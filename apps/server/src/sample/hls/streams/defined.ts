import { SEGMENT_SECONDS, segmentsOf, type SampleMedia } from '../media.js';
import { playlist, type Stream } from '../stream.js';
import { listHeader, trackFile } from './on-demand.js';

/**
 * `EXT-X-DEFINE` in all its forms: a value that the multivariant playlist states and media playlists import, and one
 * from the query (`?viewer=…`), without which segments cannot be found.
 */
export function defined(media: SampleMedia): Stream {
  const tracks = new Map([...media.video, ...media.audio].map((track) => [track.name, track]));
  const sound = media.audio[0]!;
  return (path, query) => {
    const viewer = query.get('viewer');
    if (path === 'main.m3u8')
      return playlist([
        '#EXTM3U',
        '#EXT-X-VERSION:11',
        '#EXT-X-INDEPENDENT-SEGMENTS',
        '#EXT-X-DEFINE:NAME="ending",VALUE="m4s"',
        '#EXT-X-DEFINE:QUERYPARAM="viewer"',
        `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="${sound.name}",DEFAULT=YES,AUTOSELECT=YES,URI="${sound.name}.m3u8?viewer={$viewer}"`,
        ...media.video.flatMap(({ name, peak, average, codecs }) => [
          `#EXT-X-STREAM-INF:BANDWIDTH=${peak + sound.peak},AVERAGE-BANDWIDTH=${average + sound.average},CODECS="${codecs},${sound.codecs}",AUDIO="sound"`,
          `${name}.m3u8?viewer={$viewer}`,
        ]),
      ]);
    const track = tracks.get(/^(\w+)\.m3u8$/.exec(path)?.[1] ?? '');
    if (track !== undefined)
      return viewer === null || viewer === ''
        ? { refused: 'who is the viewer?' }
        : playlist([
            ...listHeader(11),
            '#EXT-X-DEFINE:IMPORT="ending"',
            '#EXT-X-DEFINE:QUERYPARAM="viewer"',
            `#EXT-X-MAP:URI="for-{$viewer}/${track.name}/init.mp4"`,
            ...segmentsOf(track.fragments).flatMap((_, index) => [
              `#EXTINF:${SEGMENT_SECONDS.toFixed(5)},`,
              `for-{$viewer}/${track.name}/${index}.{$ending}`,
            ]),
            '#EXT-X-ENDLIST',
          ]);
    const [, name = '', file = ''] = /^for-[\w-]+\/(\w+)\/(.+)$/.exec(path) ?? [];
    const named = tracks.get(name);
    return named === undefined ? undefined : trackFile(named, file);
  };
}
