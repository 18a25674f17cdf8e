export interface SampleStream {
  readonly id: string;
  readonly title: string;
  readonly path: string;
}

export const STREAMS: readonly SampleStream[] = [
  { id: 'vod', title: 'On demand: fMP4, two sounds, subtitles', path: '/hls/vod/main.m3u8' },
  { id: 'live', title: 'Live: transport stream', path: '/hls/live/main.m3u8' },
  { id: 'low-latency', title: 'Live with low latency', path: '/hls/low-latency/main.m3u8' },
  { id: 'transport', title: 'On demand: transport stream', path: '/hls/transport/main.m3u8' },
  { id: 'encrypted', title: 'On demand: AES-128', path: '/hls/encrypted/main.m3u8' },
  { id: 'byte-ranges', title: 'On demand: byte ranges', path: '/hls/byte-ranges/main.m3u8' },
  { id: 'defined', title: 'On demand: variables', path: '/hls/defined/main.m3u8?viewer=me' },
];

/** What is chosen when it is none of the samples. */
export const OWN = 'own';

/** The path and query of one's own stream; undefined for anything that is not below `/hls/` here. */
export function ownStream(text: string): string | undefined {
  if (!URL.canParse(text, location.origin)) return undefined;
  const { origin, pathname, search } = new URL(text, location.origin);
  return origin === location.origin && pathname.startsWith('/hls/') ? pathname + search : undefined;
}
