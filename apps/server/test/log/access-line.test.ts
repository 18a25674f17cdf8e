import { describe, expect, it } from 'vitest';
import { combinedLine, jsonLine, type AccessEntry } from '../../src/log/access-line.js';

const entry: AccessEntry = {
  at: new Date('2026-03-04T05:06:07.890Z'),
  address: '203.0.113.9',
  method: 'GET',
  target: '/t/p/w92/a.jpg',
  protocol: 'HTTP/1.1',
  status: 200,
  bytes: 20_480,
  durationMs: 1.26,
  requestId: 'abc',
  cache: 'hit',
  source: 'memory',
  referer: 'https://media.example/films?token=secret',
  userAgent: 'Mozilla/5.0',
};
// A line feed, an escape, a quote, DEL, a C1 control, and a mark that turns text around.
const hostile = 'a\n\u001b[2J"\\\u007f\u009b\u202e';

describe('a line of the access log', () => {
  it('has the combined format, byte for byte', () => {
    expect(combinedLine(entry)).toBe(
      '203.0.113.9 - - [04/Mar/2026:05:06:07 +0000] "GET /t/p/w92/a.jpg HTTP/1.1" 200 20480 "https://media.example/films" "Mozilla/5.0"\n',
    );
    expect(combinedLine({ ...entry, bytes: 0, referer: undefined, userAgent: undefined })).toContain('" 200 - "-" "-"');
  });

  it('or is one object of JSON', () => {
    expect(JSON.parse(jsonLine(entry, 7))).toEqual({
      level: 'info',
      time: '2026-03-04T05:06:07.890Z',
      pid: 7,
      event: 'access',
      request_id: 'abc',
      address: '203.0.113.9',
      method: 'GET',
      target: '/t/p/w92/a.jpg',
      protocol: 'HTTP/1.1',
      status: 200,
      bytes: 20_480,
      duration_ms: 1.3,
      cache: 'hit',
      source: 'memory',
      referer: 'https://media.example/films',
      user_agent: 'Mozilla/5.0',
    });
  });

  it('stays one line of harmless characters, whatever a client sends', () => {
    const bad = { ...entry, target: `/${hostile}`, referer: hostile, userAgent: hostile, method: hostile };
    for (const line of [combinedLine(bad), jsonLine(bad, 7)]) {
      expect(line.slice(0, -1)).toMatch(/^[\x20-\x7e]*$/);
      expect(line.endsWith('\n')).toBe(true);
    }
    expect(JSON.parse(jsonLine(bad, 7))).toMatchObject({ user_agent: hostile });
    expect(combinedLine(bad)).toContain(String.raw`a\x0a\x1b[2J\"\\\x7f\xc2\x9b\xe2\x80\xae`);
  });

  it('tells no credentials, and nothing of what opens an HLS stream', () => {
    const targets = [
      '/3/movie/1?api_key=s3cret&language=en',
      '/hls/live/index.m3u8?uid=1&expires=2&token=s3cret',
      '/hls/live/1.ts?anything=s3cret',
      '/bucket/a.jpg?X-Amz-Signature=s3cret&X-Amz-Credential=s3cret&X-Amz-Security-Token=s3cret',
      '/bucket/a.jpg?q-sign-algorithm=sha1&q-ak=s3cret&q-signature=s3cret',
      '/3/account?session_id=s3cret&request_token=s3cret',
      'http://here.example/hls/live/1.ts?anything=s3cret',
      '/%68ls/live/1.ts?anything=s3cret',
      '/x/../hls/live/1.ts?anything=s3cret',
      '/%zz/live/1.ts?anything=s3cret',
    ];
    for (const target of targets) {
      const lines = combinedLine({ ...entry, target }) + jsonLine({ ...entry, target }, 7);
      expect(lines, target).not.toContain('s3cret');
    }
    expect(combinedLine({ ...entry, target: targets[0] ?? '' })).toContain('language=en');
  });
});
