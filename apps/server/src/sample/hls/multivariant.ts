import type { FragmentedRendition, SampleMedia, TransportRendition } from './media.js';
import { playlist, type Resource } from './stream.js';

/** Renditions with picture and sound in one. */
export function transportVariants(renditions: readonly TransportRendition[]): Resource {
  return playlist([
    ...header(3),
    ...renditions.flatMap((rendition) => variant(rendition, rendition.peak, rendition.average, rendition.codecs)),
  ]);
}

/** Picture in several sizes, sound in two versions, and subtitles where they are asked for. */
export function fragmentedVariants(media: SampleMedia, options: { readonly subtitles?: boolean } = {}): Resource {
  const sound = media.audio[0]!;
  const subtitles = options.subtitles === true;
  return playlist([
    ...header(7),
    ...media.audio.map(
      ({ name }, index) =>
        `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="${name}",LANGUAGE="${index === 0 ? 'en' : 'zh'}",DEFAULT=${index === 0 ? 'YES' : 'NO'},AUTOSELECT=YES,CHANNELS="1",URI="${name}.m3u8"`,
    ),
    ...(subtitles
      ? [
          '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,URI="subtitles.m3u8"',
        ]
      : []),
    ...media.video.flatMap((rendition) =>
      variant(
        rendition,
        rendition.peak + sound.peak,
        rendition.average + sound.average,
        `${rendition.codecs},${sound.codecs}`,
        `,AUDIO="sound"${subtitles ? ',SUBTITLES="text"' : ''}`,
      ),
    ),
  ]);
}

function variant(
  { name, picture }: FragmentedRendition | TransportRendition,
  peak: number,
  average: number,
  codecs: string,
  groups = '',
): readonly string[] {
  const resolution = picture === undefined ? '' : `,RESOLUTION=${picture.width}x${picture.height},FRAME-RATE=25.000`;
  return [
    `#EXT-X-STREAM-INF:BANDWIDTH=${peak},AVERAGE-BANDWIDTH=${average},CODECS="${codecs}"${resolution}${groups}`,
    `${name}.m3u8`,
  ];
}

const header = (version: number): readonly string[] => [
  '#EXTM3U',
  `#EXT-X-VERSION:${version}`,
  '#EXT-X-INDEPENDENT-SEGMENTS',
];
