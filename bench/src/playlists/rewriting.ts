// Rewriting playlists: Forebay's scan beside parsing and printing with hls-parser, and beside a regular expression.
import { rewritePlaylist } from '@forebay/hls-proxy';
import HLS from 'hls-parser';

const BASE = 'https://cdn.example/vod/film/main.m3u8';
const through = (uri: string): string => `/hls${new URL(uri, BASE).pathname}`;

const segments = (count: number): string =>
  Array.from({ length: count }, (_, index) => `#EXTINF:6.006,\nfilm/segment_${index}.ts\n`).join('');
const playlists: Readonly<Record<string, string>> = {
  'live, 10 segments': `#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:7\n#EXT-X-MEDIA-SEQUENCE:1\n${segments(10)}`,
  'on demand, 5,000 segments': `#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:7\n${segments(5000)}#EXT-X-ENDLIST\n`,
};

const contenders: Readonly<Record<string, (text: string) => string>> = {
  forebay: (text) => rewritePlaylist(text, { baseUrl: BASE, map: ({ uri }) => `/hls${uri.pathname}` }),
  'hls-parser': (text) => {
    const playlist = HLS.parse(text);
    if ('segments' in playlist) for (const segment of playlist.segments) segment.uri = through(segment.uri);
    return HLS.stringify(playlist);
  },
  // What proxies often do: wrong for variables and unquoted or several attributes, but a bound for how quick it can be.
  'one regular expression': (text) =>
    text.replaceAll(/^(?!#)\s*(\S.*)$|\bURI="([^"]*)"/gm, (_all, line?: string, quoted?: string) =>
      line === undefined ? `URI="${through(quoted ?? '')}"` : through(line),
    ),
};

HLS.setOptions({ silent: true });
for (const [name, text] of Object.entries(playlists)) {
  const times = new Map<string, number[]>(Object.keys(contenders).map((contender) => [contender, []]));
  for (let round = 0; round < 15; round++) {
    for (const [contender, rewrite] of Object.entries(contenders)) {
      const runs = Math.ceil(20_000 / text.split('\n').length);
      const before = performance.now();
      for (let run = 0; run < runs; run++) rewrite(text);
      times.get(contender)?.push((performance.now() - before) / runs);
    }
  }
  const median = (contender: string): number => (times.get(contender) ?? []).toSorted((a, b) => a - b)[7] ?? Number.NaN;
  console.log(name);
  for (const contender of Object.keys(contenders)) {
    const ratio = median(contender) / median('forebay');
    console.log(`  ${contender.padEnd(24)} ${median(contender).toFixed(3)} ms, ${ratio.toFixed(2)} times ours`);
  }
}
