import type { IncomingMessage, ServerResponse } from 'node:http';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { anywhere, ask, attemptsOf } from './ask.js';
import { dispatcherOver, type Upstream, upstream } from './upstreams.js';

const text = 'abcdefghijklmnopqrstuvwxyz'.repeat(1000);

interface Origin {
  /** Bytes after which the first answer breaks off. */
  readonly breaksAt?: number;
  readonly etag?: string | null;
  readonly headers?: Record<string, string>;
  readonly status?: number;
  /** Changes a 206's `Content-Range`. */
  readonly range?: (range: string) => string;
  /** Answers everything with the whole. */
  readonly noRanges?: boolean;
}

interface Seen {
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/** An origin of `text` that may break off once, and honours ranges. */
const origin = async (options: Origin = {}): Promise<Upstream & { readonly seen: Seen[] }> => {
  const seen: Seen[] = [];
  const made = await upstream((incoming: IncomingMessage, response: ServerResponse) => {
    const { range } = incoming.headers;
    seen.push({ range, ifRange: incoming.headers['if-range']?.toString() });
    const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    const ranged = range !== undefined && options.noRanges !== true;
    const body = ranged ? text.slice(Number(first), last === '' ? undefined : Number(last) + 1) : text;
    const contentRange = `bytes ${first}-${Number(first) + body.length - 1}/${text.length}`;
    response.writeHead(options.status ?? (ranged ? 206 : 200), {
      'content-length': body.length,
      ...(options.etag !== null && { etag: options.etag ?? '"v1"' }),
      ...(ranged && { 'content-range': options.range?.(contentRange) ?? contentRange }),
      ...options.headers,
    });
    if (options.breaksAt === undefined || seen.length > 1) response.end(body);
    else response.write(body.slice(0, options.breaksAt), () => response.destroy());
  });
  return { ...made, seen };
};

const broken = { code: 'FOREBAY_BODY_BROKEN' };

describe('a body that breaks off', () => {
  it('goes on from the next byte at another origin with the same entity tag', async () => {
    const a = await origin({ breaksAt: 5000 });
    const b = await origin();
    const dispatcher = dispatcherOver([a.url, b.url]);
    const attempts = attemptsOf(dispatcher);
    expect((await ask(dispatcher)).text).toBe(text);
    expect(b.seen).toEqual([{ range: 'bytes=5000-', ifRange: '"v1"' }]);
    expect(attempts.map(({ kind, statusCode }) => [kind, statusCode])).toEqual([
      ['first', 200],
      ['resume', 206],
    ]);
    expect(
      dispatcher.status().map(({ failuresTotal, successes, inFlight }) => [failuresTotal, successes, inFlight]),
    ).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });

  it('goes on at the same origin if there is no other', async () => {
    const a = await origin({ breaksAt: 5000 });
    expect((await ask(dispatcherOver([a.url]))).text).toBe(text);
  });

  it('goes on within the range that was asked for', async () => {
    const a = await origin({ breaksAt: 100 });
    const b = await origin();
    const answer = await ask(dispatcherOver([a.url, b.url]), '/', {
      headers: { range: 'bytes=1000-1999', 'if-none-match': '"x"' },
    });
    expect(answer).toEqual({ status: 206, text: text.slice(1000, 2000) });
    expect(b.seen).toEqual([{ range: 'bytes=1100-1999', ifRange: '"v1"' }]);
  });

  it('skips what was sent when the same entity comes whole', async () => {
    const a = await origin({ breaksAt: 5000 });
    const b = await origin({ noRanges: true });
    expect((await ask(dispatcherOver([a.url, b.url]))).text).toBe(text);
  });

  it('stays at its origin when only a date tells it apart', async () => {
    const headers = { 'last-modified': 'Wed, 01 Jan 2020 00:00:00 GMT' };
    const a = await origin({ breaksAt: 5000, etag: null, headers });
    const b = await origin({ etag: null, headers });
    expect((await ask(dispatcherOver([a.url, b.url]))).text).toBe(text);
    expect(a.seen[1]).toEqual({ range: 'bytes=5000-', ifRange: headers['last-modified'] });
    expect(b.seen).toEqual([]);
  });

  it.each<[string, Origin]>([
    ['another entity tag', { etag: '"v2"' }],
    ['another encoding', { headers: { 'content-encoding': 'gzip' } }],
    ['a wrong first byte', { range: (range) => range.replace('bytes 5000-', 'bytes 4999-') }],
    ['a wrong total', { range: (range) => range.replace(/\d+$/, '999999') }],
    ['a part of the rest', { range: (range) => range.replace(/-\d+/, '-6000') }],
    ['no range that can be read', { range: () => 'bytes */26000' }],
    ['a 404', { status: 404 }],
    ['a 500', { status: 500 }],
  ])('is an error where the other origins have %s', async (_what, other) => {
    const a = await origin({ breaksAt: 5000 });
    const b = await origin(other);
    const dispatcher = dispatcherOver([a.url, b.url], { maxAttempts: 1 });
    await expect(ask(dispatcher)).rejects.toMatchObject(broken);
    expect(b.seen).toHaveLength(1);
    expect(dispatcher.status().map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  });

  it('is an error where nothing proves that the bytes are the same', async () => {
    const a = await origin({ breaksAt: 5000, etag: 'W/"v1"' });
    const b = await origin({ etag: 'W/"v1"' });
    await expect(ask(dispatcherOver([a.url, b.url]))).rejects.toMatchObject(broken);
    expect(b.seen).toEqual([]);
  });

  it('is an error with `resume: false`, also for one request', async () => {
    const a = await origin({ breaksAt: 5000 });
    const b = await origin({ breaksAt: 5000 });
    await expect(ask(dispatcherOver([a.url], { resume: false }))).rejects.toMatchObject(broken);
    const options: object = { resume: false };
    await expect(ask(dispatcherOver([b.url]), '/', options)).rejects.toMatchObject(broken);
  });

  it('ends after a bounded number of tries', async () => {
    let asked = 0;
    const a = await upstream((incoming, response) => {
      asked += 1;
      const first = Number(/\d+/.exec(incoming.headers.range ?? '0')?.[0] ?? 0);
      const rest = text.length - first;
      const headers = {
        etag: '"v1"',
        'content-length': rest,
        'content-range': `bytes ${first}-${text.length - 1}/${text.length}`,
      };
      response.writeHead(incoming.headers.range === undefined ? 200 : 206, headers);
      response.write(text.slice(first, first + 10), () => response.destroy());
    });
    await expect(ask(dispatcherOver([a.url]))).rejects.toMatchObject(broken);
    expect(asked).toBe(4);
  });

  it('is resumed when it hangs for longer than bodyTimeout', async () => {
    const a = await upstream((_request, response) => {
      response.writeHead(200, { etag: '"v1"', 'content-length': text.length });
      response.write(text.slice(0, 5000));
    });
    const b = await origin();
    expect((await ask(dispatcherOver([a.url, b.url], { bodyTimeout: 300 }))).text).toBe(text);
  });

  it('leaves no trace when the caller leaves meanwhile', async () => {
    const a = await origin({ breaksAt: 5000 });
    const b = await upstream(() => undefined);
    const dispatcher = dispatcherOver([a.url, b.url]);
    const abort = new AbortController();
    const { body } = await request(anywhere, { dispatcher, signal: abort.signal });
    const read = body.text();
    b.server.once('request', () => abort.abort());
    await expect(read).rejects.toMatchObject({ name: 'AbortError' });
    expect(dispatcher.status().map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  });
});
