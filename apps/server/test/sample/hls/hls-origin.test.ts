import { createDecipheriv } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createHlsOrigin, loadSampleMedia } from '../../../src/sample/hls/index.js';
import type { Resource, Stream } from '../../../src/sample/hls/stream.js';

let origin: Stream;
beforeAll(async () => {
  origin = createHlsOrigin(await loadSampleMedia(), EPOCH);
});

const EPOCH = Date.UTC(2026, 0, 1);
const SEGMENT = 1920;
const PART = 320;

const ask = (target: string, now = EPOCH) => {
  const url = new URL(target, 'http://sample');
  return origin(url.pathname, url.searchParams, now);
};
const have = (target: string, now?: number): Resource => {
  const found = ask(target, now);
  if (found === undefined || !('type' in found)) throw new Error(`${target}: ${JSON.stringify(found)}`);
  return found;
};
const lines = (target: string, now?: number): string[] => have(target, now).body.toString().trimEnd().split('\n');
const uris = (list: readonly string[]): string[] => list.filter((line) => !line.startsWith('#'));
const values = (list: readonly string[], tag: string): string[] =>
  list.filter((line) => line.startsWith(`#${tag}:`)).map((line) => line.slice(tag.length + 2));
/** The decode times of a fragmented file, in its own ticks. */
const decodeTimes = (bytes: Buffer): bigint[] => {
  const times: bigint[] = [];
  for (let at = bytes.indexOf('tfdt'); at >= 0; at = bytes.indexOf('tfdt', at + 4))
    times.push(bytes.readBigUInt64BE(at + 8));
  return times;
};

describe('on demand', () => {
  it.each(['vod', 'byte-ranges', 'transport', 'encrypted'])('%s: has all that its playlists name', (stream) => {
    const main = lines(`/${stream}/main.m3u8`);
    const children = [...uris(main), ...[...main.join('\n').matchAll(/URI="([^"]+)"/g)].map(([, uri]) => uri!)];
    expect(children.length).toBeGreaterThan(1);
    for (const child of children) {
      const list = lines(`/${stream}/${child}`);
      const named = [...uris(list), ...[...list.join('\n').matchAll(/URI="([^"]+)"/g)].map(([, uri]) => uri!)];
      for (const uri of named) expect(have(`/${stream}/${uri}`).body.length, uri).toBeGreaterThan(10);
      expect(list.at(-1)).toBe('#EXT-X-ENDLIST');
    }
  });

  it('cuts picture and sound at the same moments', () => {
    const seconds = (name: string, ticks: number) =>
      decodeTimes(have(`/vod/${name}/5.m4s`).body).map((time) => Number(time) / ticks);
    expect(seconds('720p', 12_800)).toEqual(seconds('high', 48_000));
    expect(seconds('720p', 12_800)[0]).toBeCloseTo((5 * SEGMENT) / 1000);
  });

  it('makes byte ranges that add up to the file', () => {
    const ranges = values(lines('/byte-ranges/360p.m3u8'), 'EXT-X-BYTERANGE');
    const [first = '', offset = ''] = ranges[0]!.split('@');
    const rest = ranges.slice(1).reduce((sum, range) => sum + Number(range), 0);
    expect(Number(offset) + Number(first) + rest).toBe(have('/byte-ranges/360p.mp4').body.length);
  });

  it('encrypts so that the key and the IV of the playlist give the segment back', () => {
    const list = lines('/encrypted/360p.m3u8').join('\n');
    expect(list).toMatch(/#EXT-X-KEY:METHOD=AES-128,URI="0.key",IV=0x[0-9a-f]{32}\n/);
    const decrypt = (segment: number, key: number, iv: Buffer): Buffer => {
      const cipher = createDecipheriv('aes-128-cbc', have(`/encrypted/${key}.key`).body, iv);
      return Buffer.concat([cipher.update(have(`/encrypted/360p/${segment}.ts`).body), cipher.final()]);
    };
    const stated = Buffer.from(/IV=0x([0-9a-f]+)/.exec(list)![1]!, 'hex');
    expect(decrypt(4, 0, stated)).toEqual(have('/transport/360p/4.ts').body);
    expect(decrypt(7, 1, Buffer.from('00000000000000000000000000000007', 'hex'))).toEqual(
      have('/transport/360p/7.ts').body,
    );
  });

  it('leaves variables to be filled in, and wants the one from the query', () => {
    expect(uris(lines('/defined/360p.m3u8?viewer=me'))[0]).toBe('for-{$viewer}/360p/0.{$ending}');
    expect(have('/defined/for-me/360p/0.m4s').body).toEqual(have('/vod/360p/0.m4s').body);
    expect(ask('/defined/360p.m3u8')).toEqual({ refused: 'who is the viewer?' });
  });

  it.each(['/', '/vod/', '/vod/999.m3u8', '/vod/720p/24.m4s', '/nothing/main.m3u8', '/constructor/main.m3u8'])(
    'has no %s',
    (target) => expect(ask(target)).toBeUndefined(),
  );
});

describe('live', () => {
  const at = (segments: number) => EPOCH + segments * SEGMENT;
  const number = (list: readonly string[], tag: string) => Number(values(list, tag)[0]);

  it('slides by one segment whenever one is made, with the date of each', () => {
    const list = lines('/live/360p.m3u8', at(1006));
    expect(number(list, 'EXT-X-MEDIA-SEQUENCE')).toBe(1000);
    expect(uris(list)).toEqual([1000, 1001, 1002, 1003, 1004, 1005].map((segment) => `360p/${segment}.ts`));
    expect(lines('/live/360p.m3u8', at(1007) - 1)).toEqual(list);
    expect(uris(lines('/live/360p.m3u8', at(1007))).at(-1)).toBe('360p/1006.ts');
    expect(values(list, 'EXT-X-PROGRAM-DATE-TIME')[0]).toBe(new Date(at(1000)).toISOString());
  });

  it('gives every segment the same discontinuity number, wherever it stands in the window', () => {
    const seen = new Map<string, number>();
    for (let made = 90; made < 140; made += 1) {
      const list = lines('/live/360p.m3u8', at(made));
      let discontinuity = number(list, 'EXT-X-DISCONTINUITY-SEQUENCE');
      for (const line of list) {
        if (line === '#EXT-X-DISCONTINUITY') discontinuity += 1;
        if (line.startsWith('#')) continue;
        expect(seen.get(line) ?? discontinuity, `${line} after ${made}`).toBe(discontinuity);
        seen.set(line, discontinuity);
      }
    }
    expect(new Set(seen.values()).size).toBeGreaterThan(4);
  });

  it('has the segments of the window and the one before, none of the future', () => {
    expect(have('/live/360p/1005.ts', at(1006)).body).toEqual(have('/transport/360p/5.ts').body);
    expect(have('/live/360p/994.ts', at(1006)).body.length).toBeGreaterThan(0);
    expect(ask('/live/360p/1006.ts', at(1006))).toBeUndefined();
    expect(ask('/live/360p/993.ts', at(1006))).toBeUndefined();
  });
});

describe('low latency', () => {
  const at = (segments: number, parts: number) => EPOCH + segments * SEGMENT + parts * PART;

  it('lists the parts that there are and hints at the next one', () => {
    const list = lines('/low-latency/360p.m3u8', at(500, 2));
    expect(values(list, 'EXT-X-MEDIA-SEQUENCE')).toEqual(['485']);
    expect(uris(list).at(-1)).toBe('360p/499.m4s');
    expect(values(list, 'EXT-X-PART').at(-1)).toBe('DURATION=0.32000,URI="360p/500.1.m4s"');
    expect(values(list, 'EXT-X-PRELOAD-HINT')).toEqual(['TYPE=PART,URI="360p/500.2.m4s"']);
    expect(values(list, 'EXT-X-RENDITION-REPORT')).toContain('URI="high.m3u8",LAST-MSN=500,LAST-PART=1');
  });

  it('lets a reload and a hinted part wait until they are there', () => {
    const now = at(500, 2) + 100;
    expect(ask('/low-latency/360p.m3u8?_HLS_msn=500&_HLS_part=2', now)).toEqual({ availableAt: at(500, 3) });
    expect(ask('/low-latency/360p.m3u8?_HLS_msn=500', now)).toEqual({ availableAt: at(501, 0) });
    expect(ask('/low-latency/360p/500.2.m4s', now)).toEqual({ availableAt: at(500, 3) });
    expect(ask('/low-latency/360p/500.3.m4s', now)).toBeUndefined();
    expect(lines('/low-latency/360p.m3u8?_HLS_msn=500&_HLS_part=1', now)).toEqual(lines('/low-latency/360p.m3u8', now));
  });

  it.each(['_HLS_msn=x', '_HLS_part=1', '_HLS_msn=503'])('refuses %s', (query) => {
    expect(ask(`/low-latency/360p.m3u8?${query}`, at(500, 2))).toHaveProperty('refused');
  });

  it('leaves out what a delta update may skip, and nothing else', () => {
    const whole = lines('/low-latency/360p.m3u8', at(500, 2));
    const delta = lines('/low-latency/360p.m3u8?_HLS_skip=YES', at(500, 2));
    const skipped = Number(values(delta, 'EXT-X-SKIP')[0]?.split('=')[1]);
    expect(skipped).toBeGreaterThan(0);
    expect(uris(delta)).toEqual(uris(whole).slice(skipped));
    // What is left reaches back further than the six target durations of CAN-SKIP-UNTIL.
    expect(uris(delta).length * 1.92).toBeGreaterThan(12);
  });

  it('is one timeline over the seams of the loop, and parts make up their segment', () => {
    const times = [142, 143, 144, 145].flatMap((segment) =>
      decodeTimes(have(`/low-latency/360p/${segment}.m4s`, at(150, 0)).body),
    );
    expect(times.slice(1).map((time, index) => time - times[index]!)).toEqual(times.slice(1).map(() => 4096n));
    const parts = [0, 1, 2, 3, 4, 5].map((part) => have(`/low-latency/high/144.${part}.m4s`, at(150, 0)).body);
    expect(Buffer.concat(parts)).toEqual(have('/low-latency/high/144.m4s', at(150, 0)).body);
  });
});
