import { SEGMENT_SECONDS, segmentsOf, type FragmentedRendition, type SampleMedia } from '../media.js';
import { fragmentedVariants } from '../multivariant.js';
import { mp4, playlist, text, type Stream } from '../stream.js';

/** fMP4: three sizes of picture, two versions of the sound, subtitles. */
export function onDemand(media: SampleMedia): Stream {
  const tracks = new Map([...media.video, ...media.audio].map((track) => [track.name, track]));
  return (path) => {
    if (path === 'main.m3u8') return fragmentedVariants(media, { subtitles: true });
    if (path === 'subtitles.m3u8') return playlist(subtitleList(segmentCount(media)));
    const [, name = '', file = ''] = /^(\w+)(?:\.m3u8|\/(.+))$/.exec(path) ?? [];
    if (name === 'subtitles') return subtitles(file, segmentCount(media));
    const track = tracks.get(name);
    if (track === undefined) return undefined;
    return file === '' ? playlist(mediaList(track)) : trackFile(track, file);
  };
}

/** A file of a track: `init.mp4` or `{segment}.m4s`. */
export function trackFile(track: FragmentedRendition, file: string): ReturnType<Stream> {
  if (file === 'init.mp4') return mp4(track.init);
  const segment = segmentsOf(track.fragments)[Number(/^(\d+)\.m4s$/.exec(file)?.[1] ?? -1)];
  return segment === undefined ? undefined : mp4(Buffer.concat(segment.map(({ bytes }) => bytes)));
}

function mediaList(track: FragmentedRendition): readonly string[] {
  return [
    ...listHeader(7),
    `#EXT-X-MAP:URI="${track.name}/init.mp4"`,
    ...segmentsOf(track.fragments).flatMap((_, index) => [
      `#EXTINF:${SEGMENT_SECONDS.toFixed(5)},`,
      `${track.name}/${index}.m4s`,
    ]),
    '#EXT-X-ENDLIST',
  ];
}

export const listHeader = (version: number): readonly string[] => [
  '#EXTM3U',
  `#EXT-X-VERSION:${version}`,
  `#EXT-X-TARGETDURATION:${Math.ceil(SEGMENT_SECONDS)}`,
  '#EXT-X-MEDIA-SEQUENCE:0',
  '#EXT-X-PLAYLIST-TYPE:VOD',
];

const segmentCount = (media: SampleMedia): number => segmentsOf(media.video[0]!.fragments).length;

/** Subtitles are cut more coarsely: four segments of picture to one of text. */
const SUBTITLED = 4;

function subtitleList(segments: number): readonly string[] {
  const duration = SUBTITLED * SEGMENT_SECONDS;
  return [
    ...listHeader(7).map((line) =>
      line.startsWith('#EXT-X-TARGETDURATION') ? `#EXT-X-TARGETDURATION:${Math.ceil(duration)}` : line,
    ),
    ...Array.from({ length: segments / SUBTITLED }, (_, index) => [
      `#EXTINF:${duration.toFixed(5)},`,
      `subtitles/${index}.vtt`,
    ]).flat(),
    '#EXT-X-ENDLIST',
  ];
}

function subtitles(file: string, segments: number): ReturnType<Stream> {
  const index = Number(/^(\d+)\.vtt$/.exec(file)?.[1] ?? -1);
  if (index < 0 || index >= segments / SUBTITLED) return undefined;
  const from = index * SUBTITLED * SEGMENT_SECONDS;
  const cues = Array.from({ length: SUBTITLED }, (_, cue) => {
    const start = from + cue * SEGMENT_SECONDS;
    return `${time(start)} --> ${time(start + SEGMENT_SECONDS - 0.1)}\nsegment ${index * SUBTITLED + cue}\n`;
  });
  return text(['WEBVTT', 'X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000', '', ...cues].join('\n'));
}

const time = (seconds: number): string => new Date(Math.round(seconds * 1000)).toISOString().slice(11, 23);
