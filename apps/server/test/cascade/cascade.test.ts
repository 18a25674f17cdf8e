import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.js';
import { endsAfterEach } from '../support/ends.js';
import { Forebay } from '../support/forebay.js';
import type { Origin } from '../support/origin.js';
import { freePorts } from '../support/redis.js';

const PATH = '/t/p/w500/poster.png';
const ends = endsAfterEach();
const { origin } = ends;

async function node(variables: Record<string, string>): Promise<Forebay & { readonly url: string }> {
  const started = await Forebay.start(variables);
  ends.push(() => started.end());
  return Object.assign(started, { url: `http://127.0.0.1:${started.port}` });
}

const posters = ({ asked }: Origin): number => asked.filter((path) => path === PATH).length;

describe('an upstream that is a Forebay node', () => {
  it('is told from one that is not, or that does not answer', async () => {
    const plain = await origin();
    const upper = await node({ UPSTREAM_SERVERS: plain.url });
    const [nobody] = await freePorts(1);
    const lower = await node({ UPSTREAM_SERVERS: `${upper.url},${plain.url},http://127.0.0.1:${nobody}` });
    const { upstreams } = (await lower.ask('/upstream')).json() as { upstreams: object[] };
    expect(upstreams).toEqual([
      expect.objectContaining({ group: 'tmdb-image', url: upper.url, forebay: true, version: VERSION, error: null }),
      expect.objectContaining({ url: plain.url, forebay: false, version: null, error: null }),
      expect.objectContaining({ forebay: false, version: null, error: expect.stringContaining('ECONNREFUSED') }),
    ]);
  });

  it('says so too while its own upstreams are gone', async () => {
    const plain = await origin();
    const upper = await node({ UPSTREAM_SERVERS: plain.url, REQUEST_TIMEOUT: '500' });
    const lower = await node({ UPSTREAM_SERVERS: upper.url });
    await plain.die();
    const { upstreams } = (await lower.ask('/upstream')).json() as { upstreams: object[] };
    expect(upstreams).toEqual([expect.objectContaining({ forebay: true, version: VERSION })]);
  });

  it('is cleared with this node in a cascade, and only then', async () => {
    const plain = await origin();
    const key = { API_KEY: 'one key for both', HEALTH_CHECK_INTERVAL: '60000' };
    const upper = await node({ UPSTREAM_SERVERS: plain.url, ...key });
    const lower = await node({ UPSTREAM_SERVERS: upper.url, ...key });
    const clear = async (query: string): Promise<Record<string, unknown>> =>
      (await lower.ask(`/cache/clear${query}`, { method: 'POST', headers: { 'X-API-Key': key.API_KEY } })).json();
    await lower.ask(PATH);
    expect(await clear('')).toEqual({ cleared: ['memory', 'disk'], entries: expect.any(Number) });
    await lower.ask(PATH);
    expect(posters(plain)).toBe(1);
    const cascade = await clear('?cascade=true');
    expect(cascade).toEqual({
      cleared: ['memory', 'disk'],
      entries: expect.any(Number),
      upstreams: [
        { url: upper.url, version: VERSION, cleared: ['memory', 'disk'], entries: expect.any(Number), upstreams: [] },
      ],
    });
    await lower.ask(PATH);
    expect(posters(plain)).toBe(2);
  });

  it('with another key refuses, and this node says so and clears its own', async () => {
    const plain = await origin();
    const upper = await node({ UPSTREAM_SERVERS: plain.url, API_KEY: 'theirs' });
    const lower = await node({ UPSTREAM_SERVERS: upper.url });
    await lower.ask(PATH);
    const answer = (await lower.ask('/cache/clear?cascade=true', { method: 'POST' })).json();
    expect(answer['cleared']).toEqual(['memory', 'disk']);
    expect(answer['upstreams']).toEqual([
      { url: upper.url, version: VERSION, error: expect.stringContaining('401: this endpoint wants the API key') },
    ]);
    expect((await lower.ask(PATH)).headers['x-cache']).toBe('MISS');
  });

  it('that only claims to be one does not learn the key', async () => {
    const liar = await origin();
    const heard: IncomingHttpHeaders[] = [];
    liar.misbehave = (request, response) => {
      heard.push(request.headers);
      response.writeHead(200, { via: '1.1 forebay (Forebay/9.9.9)', 'content-length': 0 }).end();
      return true;
    };
    const lower = await node({ UPSTREAM_SERVERS: liar.url, API_KEY: 'not for everyone' });
    const answer = await lower.ask('/cache/clear?cascade=true', {
      method: 'POST',
      headers: { 'X-API-Key': 'not for everyone' },
    });
    expect(answer.json()['upstreams']).toEqual([
      { url: liar.url, version: '9.9.9', error: 'it answered 200 with something else' },
    ]);
    expect(heard.some(({ authorization }) => authorization?.startsWith('Forebay '))).toBe(true);
    expect(JSON.stringify(heard)).not.toContain('not for everyone');
  });

  it('and names this one in turn is not asked for ever', async () => {
    const plain = await origin();
    const [first, second] = await freePorts(2);
    const eachOther = (port: number | undefined): string =>
      `${plain.url} priority=1,http://127.0.0.1:${port} priority=2`;
    await node({ PORT: String(second), UPSTREAM_SERVERS: eachOther(first) });
    const one = await node({ PORT: String(first), UPSTREAM_SERVERS: eachOther(second) });
    const clear = async (query: string): Promise<string> =>
      JSON.stringify((await one.ask(`/cache/clear?cascade=true${query}`, { method: 'POST' })).json());
    const depth = (text: string): number => text.split('"url"').length - 1;
    expect(depth(await clear('&hops=3'))).toBe(3);
    expect(depth(await clear(''))).toBe(4);
    expect((await one.ask('/cache/clear?cascade=true&hops=9', { method: 'POST' })).status).toBe(400);
  });
});
