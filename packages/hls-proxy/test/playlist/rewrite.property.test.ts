import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rewritePlaylist } from '@forebay/hls-proxy';

// A line as pieces: text that must stay, and URIs that must be replaced.
type Piece = string | { readonly uri: string };
type Line = readonly Piece[];

const BASE = 'https://cdn.example/a/b/main.m3u8?q=1';

/** Every tag of draft-pantos-hls-rfc8216bis (sections 4.4.1 to 4.4.6) that holds no URI, with some of its values. */
const PLAIN_TAGS = [
  '#EXT-X-VERSION:12',
  '#EXT-X-INDEPENDENT-SEGMENTS',
  '#EXT-X-START:TIME-OFFSET=-4.5,PRECISE=YES',
  '#EXT-X-DEFINE:NAME="unused",VALUE="URI=\'x\'"',
  '#EXT-X-TARGETDURATION:4',
  '#EXT-X-MEDIA-SEQUENCE:123456789',
  '#EXT-X-DISCONTINUITY-SEQUENCE:2',
  '#EXT-X-ENDLIST',
  '#EXT-X-PLAYLIST-TYPE:EVENT',
  '#EXT-X-I-FRAMES-ONLY',
  '#EXT-X-PART-INF:PART-TARGET=0.334',
  '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.0,CAN-SKIP-UNTIL=24.0',
  '#EXTINF:4.004,title, with "quotes", URI="not an attribute"',
  '#EXT-X-BYTERANGE:75232@0',
  '#EXT-X-DISCONTINUITY',
  '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z',
  '#EXT-X-GAP',
  '#EXT-X-BITRATE:2000',
  '#EXT-X-SKIP:SKIPPED-SEGMENTS=3,RECENTLY-REMOVED-DATERANGES="a\tb"',
  '#EXT-X-STREAM-INF:BANDWIDTH=1280000,CODECS="avc1.4d401f,mp4a.40.2",AUDIO="URI=",VIDEO-RANGE=SDR',
  '#EXT-X-SESSION-DATA:DATA-ID="com.example",VALUE="http://stays.example/"',
  '#EXT-X-KEY:METHOD=NONE',
  '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://stays/1",KEYFORMAT="com.apple.streamingkeydelivery"',
  '#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES-CTR,URI="data:text/plain;base64,AAAA",KEYFORMATVERSIONS="1"',
  '#EXT-X-DATERANGE:ID="ad",START-DATE="2026-01-01T00:00:00Z",SCTE35-OUT=0xFC00,X-COM-URL="https://stays.example/"',
  '#EXT-OATCLS-SCTE35:/DAlAAAAAAAAAP/wFAUAAAABf+/+',
  '#EXT-X-CUE-OUT:30',
  '# a comment with URI="https://stays.example/"',
  '#comment.ts',
  '#',
  '',
  ' \t',
];

/** Tags that hold URIs: text, then a URI, and so on. */
const URI_TAGS: readonly (readonly string[])[] = [
  ['#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a,b",NAME="É",URI="', '",DEFAULT=YES'],
  ['#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="', '"'],
  ['#EXT-X-SESSION-DATA:DATA-ID="x",URI="', '",LANGUAGE="en"'],
  ['#EXT-X-SESSION-KEY:METHOD=AES-128,URI="', '",IV=0x12'],
  ['#EXT-X-KEY:METHOD=AES-128,URI="', '",IV=0x12'],
  ['#EXT-X-MAP:URI="', '",BYTERANGE="720@0"'],
  ['#EXT-X-PART:DURATION=0.33,INDEPENDENT=YES,URI="', '"'],
  ['#EXT-X-PRELOAD-HINT:TYPE=PART,URI="', '",BYTERANGE-START=0'],
  ['#EXT-X-RENDITION-REPORT:URI="', '",LAST-MSN=1,LAST-PART=2'],
  ['#EXT-X-CONTENT-STEERING:SERVER-URI="', '",PATHWAY-ID="a"'],
  ['#EXT-X-DATERANGE:ID="i",CLASS="com.apple.hls.interstitial",X-ASSET-URI="', '",X-RESUME-OFFSET=0'],
  ['#EXT-X-DATERANGE:ID="i",X-ASSET-LIST="', '"'],
  ['#EXT-X-DATERANGE:X-ASSET-URI="', '" , URI="', '",X-ASSET-LIST="', '"'],
  ['#EXT-X-NOT-YET-KNOWN: URI = "', '" , A=1 '],
  ['', ''],
  ['  ', '\t'],
];

const uris = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true, validSchemes: ['http', 'https'] }),
  fc.stringMatching(/^[a-z0-9_-]{1,8}(\/[a-z0-9._,=;-]{1,8}){0,3}(\?[a-z0-9=&,;%20]{0,8})?$/),
  fc.constantFrom('../up.ts', '/root.ts', '//other.example/x', '?only=query', 'seg%20ment.ts', 'é.ts'),
);

const lines: fc.Arbitrary<Line> = fc.oneof(
  fc.constantFrom(...PLAIN_TAGS).map((text) => [text]),
  fc
    .constantFrom(...URI_TAGS)
    .chain((parts) =>
      fc
        .array(uris, { minLength: parts.length - 1, maxLength: parts.length - 1 })
        .map((found) =>
          parts.flatMap((text, index) => [text, ...(index < found.length ? [{ uri: found[index]! }] : [])]),
        ),
    ),
);

describe('a rewritten playlist', () => {
  it('differs from the original in its URIs and in nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(lines, fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\r\n')), { maxLength: 40 }),
        fc.constantFrom('', '\uFEFF'),
        fc.boolean(),
        (body, bom, ended) => {
          const all: Piece[] = [bom, '#EXTM3U', '\n', ...body.flatMap(([line, end]) => [...line, end])];
          if (!ended) all.pop();
          const render = (write: (uri: string) => string): string =>
            all.map((piece) => (typeof piece === 'string' ? piece : write(piece.uri))).join('');
          const seen: string[] = [];
          const rewritten = rewritePlaylist(render(String), {
            baseUrl: BASE,
            map: ({ raw, uri }) => {
              expect(uri.href).toBe(new URL(raw, BASE).href);
              seen.push(raw);
              return `/through/${encodeURIComponent(raw)}`;
            },
          });
          expect(rewritten).toBe(render((uri) => `/through/${encodeURIComponent(uri)}`));
          expect(seen).toEqual(all.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.uri])));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('survives any text, and what is not replaced stays', () => {
    const text = fc.array(
      fc.oneof(fc.constantFrom('#EXT', '-X-MAP:', 'URI=', '"', ',', '\n', '\r', '{$', '}', ' ', ':'), fc.string()),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(text, (parts) => {
        const whole = parts.join('');
        expect(rewritePlaylist(whole, { baseUrl: BASE, map: () => undefined })).toBe(whole);
      }),
      { numRuns: 500 },
    );
  });
});
