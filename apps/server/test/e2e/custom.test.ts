import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { Origin } from '../support/origin.js';

let origin: Origin;
let forebay: Forebay;
beforeAll(async () => {
  origin = await Origin.start();
  forebay = await Forebay.start({
    UPSTREAM_TYPE: 'custom',
    UPSTREAM_SERVERS: origin.url,
    CACHE_POLICY: 'respect',
    CACHE_TTL: '0',
  });
});
afterAll(async () => {
  await forebay.end();
  await origin.die();
});

/** What the origin says with its text, and what it does with a condition. */
function says(headers: Record<string, string>): void {
  origin.misbehave = (request: IncomingMessage, response: ServerResponse) => {
    const { etag } = headers;
    if (etag !== undefined && request.headers['if-none-match'] === etag) response.writeHead(304, headers).end();
    else response.writeHead(200, { 'content-type': 'text/plain', ...headers }).end('text');
    return true;
  };
}

/** `X-Cache` of two requests in a row for the same. */
async function twice(path: string): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let time = 0; time < 2; time += 1) {
    const reply = await forebay.ask(path);
    expect(reply.body.toString()).toBe('text');
    seen.push(reply.headers['x-cache']);
  }
  return seen;
}

const lastYear = new Date(Date.now() - 365 * 86_400_000).toUTCString();

describe('a custom route with CACHE_TTL=0 has no lifetimes but the origin\u2019s', () => {
  it.each([
    ['none at all', {}, 'MISS'],
    ['none, of a type that has lifetimes elsewhere', { 'content-type': 'application/json' }, 'MISS'],
    ['none, and something to validate by', { etag: '"a"' }, 'REVALIDATED'],
    ['none, but an age to guess by (RFC 9111 section 4.2.2)', { 'last-modified': lastYear }, 'HIT'],
    ['max-age', { 'cache-control': 'max-age=60' }, 'HIT'],
    ['max-age of 0', { 'cache-control': 'max-age=0', etag: '"b"' }, 'REVALIDATED'],
    ['s-maxage before max-age', { 'cache-control': 'max-age=60, s-maxage=0', etag: '"c"' }, 'REVALIDATED'],
    ['no-cache', { 'cache-control': 'no-cache', etag: '"d"' }, 'REVALIDATED'],
    ['no-cache, and nothing to validate by', { 'cache-control': 'no-cache' }, 'MISS'],
    ['Expires', { expires: new Date(Date.now() + 60_000).toUTCString() }, 'HIT'],
    ['CDN-Cache-Control before all', { 'cache-control': 'max-age=0', 'cdn-cache-control': 'max-age=60' }, 'HIT'],
  ])('%s: %o is a %s', async (what, headers, second) => {
    says(headers);
    const [, answer] = await twice(`/${encodeURIComponent(what)}`);
    expect(answer).toBe(second);
  });

  it.each([
    ['no-cache', 502],
    ['max-age=0, must-revalidate', 502],
    ['s-maxage=0', 502],
    ['max-age=0', 200],
  ])('%s: a copy kept to be validated answers %i when the origin fails', async (rule, status) => {
    const path = `/failing/${encodeURIComponent(rule)}`;
    says({ 'cache-control': rule, etag: '"e"' });
    await forebay.ask(path);
    origin.misbehave = (_request, response) => {
      response.writeHead(500).end();
      return true;
    };
    expect((await forebay.ask(path)).status).toBe(status);
  });
});
