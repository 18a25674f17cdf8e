import { describe, expect, it } from 'vitest';
import { rewritePlaylist, type PlaylistChild } from '@forebay/hls-proxy';

const BASE = 'https://cdn.example/live/main.m3u8?start=5&cdn=one';

function rewrite(text: string, vars?: ReadonlyMap<string, string>): { text: string; children: PlaylistChild[] } {
  const children: PlaylistChild[] = [];
  const map = (child: PlaylistChild): string => {
    children.push(child);
    return `/p/${child.kind}/${child.uri.host}${child.uri.pathname}${child.uri.search}`;
  };
  return { text: rewritePlaylist(text, { baseUrl: BASE, map, ...(vars && { vars }) }), children };
}

describe('rewriting a playlist', () => {
  it('replaces URI lines and leaves spacing, comments, unknown tags and line ends as they are', () => {
    const text =
      '\uFEFF#EXTM3U\r\n#EXT-X-UNKNOWN: a = "b" \r\n# a URI="comment"\r\n\r\n#EXTINF:4.0, a, "b" \r\n  one.ts \r\n' +
      '#EXTINF:4,\n/two.ts?a=b\n#EXTINF:4,\n//other.example/three.ts\r#EXTINF:4,\rhttp://x.example:8080/4.ts';
    expect(rewrite(text).text).toBe(
      text
        .replace('one.ts', '/p/segment/cdn.example/live/one.ts')
        .replace('/two.ts?a=b', '/p/segment/cdn.example/two.ts?a=b')
        .replace('//other.example/three.ts', '/p/segment/other.example/three.ts')
        .replace('http://x.example:8080/4.ts', '/p/segment/x.example:8080/4.ts'),
    );
  });

  it.each([
    ['#EXT-X-STREAM-INF:BANDWIDTH=1\nvideo.ts', 'playlist'],
    ['#EXT-X-STREAM-INF:BANDWIDTH=1\n#EXT-X-OTHER\n# comment\nvideo', 'playlist'],
    ['#EXTINF:4,\nsegment.m3u8', 'segment'],
    ['#EXTINF:-1 tvg-id="a",A channel\nchannel.m3u8', 'playlist'],
    ['#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a,URI=\'",NAME="x",URI="audio"', 'playlist'],
    ['#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="iframes"', 'playlist'],
    ['#EXT-X-RENDITION-REPORT:URI="../low/",LAST-MSN=3', 'playlist'],
    ['#EXT-X-KEY:METHOD=AES-128,URI="key.m3u8",IV=0x1', 'key'],
    ['#EXT-X-SESSION-KEY:METHOD=AES-128,URI="key"', 'key'],
    ['#EXT-X-MAP:URI="init.mp4",BYTERANGE="720@0"', 'segment'],
    ['#EXT-X-PART:DURATION=0.3,URI="part.m4s",INDEPENDENT=YES', 'segment'],
    ['#EXT-X-PRELOAD-HINT:TYPE=PART,URI="next.m4s"', 'segment'],
    ['#EXT-X-SESSION-DATA:DATA-ID="a",URI="data.json"', 'segment'],
    ['#EXT-X-CONTENT-STEERING:SERVER-URI="/steer",PATHWAY-ID="a"', 'steering'],
    ['#EXT-X-DATERANGE:ID="a",X-ASSET-URI="https://ads.example/ad"', 'playlist'],
    ['#EXT-X-DATERANGE:ID="a",X-ASSET-LIST="https://ads.example/list"', 'asset-list'],
    ['#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,URI="thumbs"', 'playlist'],
    ['#EXT-X-OF-TOMORROW:URI="what.m3u8?"', 'playlist'],
    ['#EXT-X-OF-TOMORROW:URI="what.bin"', 'segment'],
    ['#EXT-X-MAP:URI=bare.mp4,BYTERANGE="1@0"', 'segment'],
  ])('takes what %j leads to for what its tag says', (text, kind) => {
    const { children } = rewrite(`#EXTM3U\n${text}\n`);
    expect(children.map((child) => child.kind)).toEqual([kind]);
  });

  it('replaces several URIs of one tag', () => {
    const { text } = rewrite('#EXT-X-DATERANGE:ID="x",X-ASSET-URI="a",URI="b" , X-ASSET-LIST = "c"\n');
    expect(text).toBe(
      '#EXT-X-DATERANGE:ID="x",X-ASSET-URI="/p/playlist/cdn.example/live/a",' +
        'URI="/p/segment/cdn.example/live/b" , X-ASSET-LIST = "/p/asset-list/cdn.example/live/c"\n',
    );
  });

  it('leaves schemes that are not the web, empty values and what is no URL', () => {
    const text =
      '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://key/1"\n#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="data:text/plain;base64,AA=="\n' +
      '#EXT-X-MAP:URI=""\n#EXTINF:1,\nhttp://[bad/\n#EXT-X-MAP:URI="never closed';
    expect(rewrite(text).children.map(({ raw }) => raw)).toEqual(['never closed']);
  });

  it('replaces variables before it maps: named, from the query, imported', () => {
    const { text } = rewrite(
      '#EXTM3U\n#EXTINF:1,\n{$host}/early.ts\n#EXT-X-DEFINE:NAME="host",VALUE="https://{$cdn}"\n' +
        '#EXT-X-DEFINE:QUERYPARAM="cdn"\n#EXT-X-DEFINE:NAME="host",VALUE="https://{$cdn}.site.example"\n#EXT-X-DEFINE:IMPORT="token"\n' +
        '#EXTINF:1,\n{$host}/a.ts?t={$token}\n#EXTINF:1,\n{$missing}/b.ts\n#EXT-X-MAP:URI="{$cdn}.mp4"\n',
      new Map([['token', 'tok']]),
    );
    expect(text).toContain('\n/p/segment/one.site.example/a.ts?t=tok\n');
    expect(text).toContain('URI="/p/segment/cdn.example/live/one.mp4"');
    expect(text).toContain('\n{$missing}/b.ts\n');
    expect(text).toContain('\n{$host}/early.ts\n');
  });

  it.each([
    ['http://evil.example', '{$v}/x.ts'],
    ['//evil.example', '{$v}/x.ts'],
    ['evil.example', 'https://{$v}/x.ts'],
    ['evil.example/', 'https://{$v}.cdn.example/x.ts'],
    ['evil.example:80#', 'https://{$v}.cdn.example/x.ts'],
    ['evil.example\\', 'https://{$v}.cdn.example/x.ts'],
    ['u@evil.example/', 'https://{$v}.cdn.example/x.ts'],
    ['a@', 'https://{$v}cdn.example/x.ts'],
    [':81', 'https://cdn.example{$v}/x.ts'],
    ['evil', 'https://{$v}.{$v}/x.ts'],
    ['..', 'a/{$v}/x.ts'],
    ['%2e%2e', 'a/{$v}/x.ts'],
    ['../b/c', 'a/{$v}/x.ts'],
    ['..\\b\\c', 'a/{$v}/x.ts'],
    ['/b/c', '{$v}'],
    ['x?', 'a/{$v}/x.ts'],
    ['skd://x', '{$v}'],
  ])('does not let a parameter %j say where %j leads', (value, uri) => {
    const children: unknown[] = [];
    const text = `#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM="v"\n#EXT-X-DEFINE:NAME="w",VALUE="{$v}"\n#EXTINF:1,\n${uri}\n`;
    for (const playlist of [text, text.replaceAll(uri, uri.replaceAll('{$v}', '{$w}'))]) {
      const baseUrl = `https://cdn.example/live/a.m3u8?${new URLSearchParams({ v: value }).toString()}`;
      const map = (child: PlaylistChild): undefined => void children.push(child.uri.href);
      expect(rewritePlaylist(playlist, { baseUrl, map })).toBe(playlist);
    }
    expect(children).toEqual([]);
  });

  it('lets a parameter fill in names, parameters, and the host within its site', () => {
    const text = '#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM="v"\n#EXTINF:1,\nhttps://{$v}.cdn.example/a/{$v}.ts?t={$v}\n';
    const map = ({ uri }: PlaylistChild): string => uri.href;
    expect(rewritePlaylist(text, { baseUrl: 'https://cdn.example/a.m3u8?v=one', map })).toContain(
      'https://one.cdn.example/a/one.ts?t=one',
    );
  });

  it('lets no replacement break out of its attribute', () => {
    const map = (): string => 'a",b';
    expect(rewritePlaylist('#EXT-X-MAP:URI="x"\n#EXT-X-MAP:URI=x,A=1', { baseUrl: BASE, map })).toBe(
      '#EXT-X-MAP:URI="a%22,b"\n#EXT-X-MAP:URI=a%22%2Cb,A=1',
    );
  });

  it('takes time in proportion to the text, hostile ones included', () => {
    const hostile = [
      `#EXT-X-MAP:${'"'.repeat(400_000)}`,
      `#EXT-X-MAP:${'A='.repeat(200_000)}`,
      `#EXT-X-DEFINE:NAME="a",VALUE="${'{$'.repeat(200_000)}"\n${'{$a}'.repeat(1000)}`,
      ' '.repeat(400_000),
      '#EXTINF:1,\na.ts\n'.repeat(20_000),
    ];
    const started = performance.now();
    for (const text of hostile) rewrite(`#EXTM3U\n${text}`);
    expect(performance.now() - started).toBeLessThan(10_000);
  }, 20_000);
});
