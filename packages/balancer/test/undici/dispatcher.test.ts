import { createBalancer, type EndpointOptions } from '@forebay/balancer';
import { fetch, request, stream } from 'undici';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { anywhere, ask, attemptsOf } from './ask.js';
import { deadUrl, dispatcherOver, rawUpstream, upstream } from './upstreams.js';

const admit = (_head: unknown, chunk: Buffer | undefined): Error | undefined =>
  chunk?.toString().startsWith('<') === true ? new Error('HTML is no image') : undefined;

describe('a dispatcher over several origins', () => {
  it('serves request, stream and fetch, spreading over the origins', async () => {
    const a = await upstream((_request, response) => response.end('a'));
    const b = await upstream((_request, response) => response.end('b'));
    const dispatcher = dispatcherOver([a.url, b.url]);
    expect([await ask(dispatcher, '/1'), await ask(dispatcher, '/2')].map(({ text }) => text).toSorted()).toEqual([
      'a',
      'b',
    ]);
    const sink = new PassThrough();
    await stream(`${anywhere}/3`, { dispatcher, method: 'GET' }, () => sink);
    expect(sink.read().toString()).toMatch(/a|b/);
    const response = await fetch(`${anywhere}/4`, { dispatcher });
    expect([response.status, await response.text()]).toEqual([200, expect.stringMatching(/a|b/)]);
    // Node's own fetch knows another version of undici's types, not another protocol.
    const init: object = { dispatcher };
    const own = await globalThis.fetch(`${anywhere}/5`, init);
    expect(await own.text()).toMatch(/a|b/);
    expect([...a.asked, ...b.asked].toSorted()).toEqual(['/1', '/2', '/3', '/4', '/5']);
  });

  it('asks for the path below the base path, with the origin’s host and its own headers', async () => {
    const seen: unknown[] = [];
    const a = await upstream(({ url, headers }, response) => {
      seen.push([url, headers.host, headers['x-key'], headers['x-mine'], headers['x-hop'], headers['te']]);
      response.end();
    });
    const dispatcher = dispatcherOver([{ url: `${a.url}/base/`, headers: { 'X-Key': 'k', 'X-Mine': 'theirs' } }]);
    const headers = { host: 'evil', 'x-mine': 'mine', connection: 'x-hop', 'x-hop': '1', te: 'gzip' };
    await ask(dispatcher, '/p//q?r=1', { headers });
    expect(seen).toEqual([['/base/p//q?r=1', new URL(a.url).host, 'k', 'mine', undefined, undefined]]);
  });

  it('signs in with the name and password of an origin’s URL, and shows them nowhere', async () => {
    const a = await upstream((incoming, response) => response.end(incoming.headers.authorization));
    const dispatcher = dispatcherOver([a.url.replace('//', '//me:p%40ss@')]);
    expect((await ask(dispatcher)).text).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    expect(JSON.stringify(dispatcher.status())).not.toMatch(/p@ss|p%40ss/);
  });

  it('hands informational answers on as undici does, whichever origin gives the answer', async () => {
    const hinting = await upstream((_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.writeHead(503).end());
    });
    const good = await upstream((_request, response) => response.end('good'));
    const dispatcher = dispatcherOver([{ url: hinting.url }, { url: good.url, priority: 2 }], {
      balancer: { priorityMode: 'tiers' },
    });
    const hints: unknown[] = [];
    const onInfo: NonNullable<Parameters<typeof request>[1]>['onInfo'] = ({ statusCode, headers }) =>
      hints.push([statusCode, headers['link']]);
    expect(await ask(dispatcher, '/', { onInfo })).toEqual({ status: 200, text: 'good' });
    expect(hints).toEqual([[103, '</a.css>; rel=preload']]);
    expect(await (await fetch(anywhere, { dispatcher })).text()).toBe('good');
  });

  it('goes to another origin when one refuses, resets, hangs, talks garbage or answers 503', async () => {
    const good = await upstream((_request, response) => response.end('good'));
    const bad = [
      await deadUrl(),
      await rawUpstream((socket) => socket.on('data', () => socket.resetAndDestroy())),
      await rawUpstream((socket) => socket.resume()),
      await rawUpstream((socket) => socket.on('data', () => socket.end('220 smtp here\r\n'))),
      await rawUpstream((socket) => socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nBad Header: 1\r\n\r\n'))),
      await rawUpstream((socket) =>
        socket.on('data', () => socket.end(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(500)}\r\n`)),
      ),
      (await upstream((_request, response) => response.writeHead(503).end('no'))).url,
    ];
    for (const url of bad) {
      const dispatcher = dispatcherOver([url, good.url], { headersTimeout: 300 });
      const attempts = attemptsOf(dispatcher);
      expect(await ask(dispatcher)).toEqual({ status: 200, text: 'good' });
      expect(attempts.map(({ kind }) => kind)).toEqual(['first', 'retry']);
      expect(dispatcher.status()[0]).toMatchObject({ failuresTotal: 1, inFlight: 0 });
      expect(dispatcher.status()[1]).toMatchObject({ failuresTotal: 0, successes: 1, inFlight: 0 });
    }
  });

  it('sends what is not idempotent, or has a stream for a body, only once', async () => {
    const a = await upstream((_request, response) => response.writeHead(503).end('no'));
    const b = await upstream((_request, response) => response.writeHead(503).end('no'));
    const dispatcher = dispatcherOver([a.url, b.url], { balancer: { panicThreshold: 1 } });
    expect((await ask(dispatcher, '/', { method: 'POST', body: 'x' })).status).toBe(503);
    expect((await ask(dispatcher, '/', { method: 'PUT', body: new PassThrough().end('x') })).status).toBe(503);
    expect(a.asked.length + b.asked.length).toBe(2);
    expect((await ask(dispatcher, '/', { method: 'PUT', body: 'x' })).status).toBe(503);
    expect(a.asked.length + b.asked.length).toBe(4);
  });

  it('passes the last answer on when all fail with a status, or makes it an error where told to', async () => {
    const a = await upstream((_request, response) => response.writeHead(503).end('a is down'));
    const b = await upstream((_request, response) => response.writeHead(502).end('b is down'));
    expect(await ask(dispatcherOver([a.url, b.url]))).toEqual({ status: 502, text: 'b is down' });
    await expect(ask(dispatcherOver([a.url, b.url], { onExhausted: 'error' }))).rejects.toMatchObject({
      code: 'FOREBAY_ALL_FAILED',
      statusCode: 502,
      errors: [{ statusCode: 503 }, { statusCode: 502, code: 'FOREBAY_BAD_STATUS' }],
    });
  });

  it('tries no more origins than maxAttempts, and no more than the retry budget allows', async () => {
    const bad = await Promise.all(
      [1, 2, 3, 4].map(() => upstream((_request, response) => response.writeHead(500).end())),
    );
    const asked = (): number => bad.reduce((sum, { asked: { length } }) => sum + length, 0);
    const urls = bad.map(({ url }) => url);
    await ask(dispatcherOver(urls, { maxAttempts: 3 }));
    expect(asked()).toBe(3);
    await ask(dispatcherOver(urls, { balancer: { retry: { ratio: 0, reserve: 1 } } }));
    expect(asked()).toBe(5);
  });

  it('takes a 404 for an answer: one try, no mark', async () => {
    const a = await upstream((_request, response) => response.writeHead(404).end('none'));
    const dispatcher = dispatcherOver([a.url, a.url.replace('127.0.0.1', 'localhost')]);
    expect((await ask(dispatcher)).status).toBe(404);
    expect(a.asked).toHaveLength(1);
    expect(dispatcher.status()[0]).toMatchObject({ successes: 1, failuresTotal: 0 });
  });

  it('passes 501 and 505 on at once', async () => {
    const a = await upstream((_request, response) => response.writeHead(501).end());
    const b = await upstream((_request, response) => response.writeHead(505).end());
    const dispatcher = dispatcherOver([a.url, b.url]);
    expect([(await ask(dispatcher)).status, (await ask(dispatcher)).status]).toEqual([501, 505]);
  });

  it('leaves an origin alone for as long as its 429 says, without a mark, and passes the 429 on if there is no other', async () => {
    const a = await upstream((_request, response) => response.writeHead(429, { 'retry-after': '7' }).end('slow down'));
    const b = await upstream((_request, response) => response.end('b'));
    const dispatcher = dispatcherOver([a.url, b.url]);
    expect((await ask(dispatcher)).text).toBe('b');
    for (let index = 0; index < 4; index += 1) await ask(dispatcher);
    expect(a.asked).toHaveLength(1);
    expect(dispatcher.status()[0]).toMatchObject({ failuresTotal: 0, heldUntil: expect.any(Number) });
    const { statusCode, headers } = await request(anywhere, { dispatcher: dispatcherOver([a.url]) });
    expect([statusCode, headers['retry-after']]).toEqual([429, '7']);
  });

  it('asks a single origin again, once and without a mark, when its connection is reset', async () => {
    const url = await rawUpstream((socket, connection) =>
      socket.on('data', () => {
        if (connection === 1) socket.resetAndDestroy();
        else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      }),
    );
    const dispatcher = dispatcherOver([url]);
    expect((await ask(dispatcher)).text).toBe('ok');
    expect(dispatcher.status()[0]).toMatchObject({ failuresTotal: 0, successes: 1 });
    const always = await rawUpstream((socket) => socket.on('data', () => socket.resetAndDestroy()));
    await expect(ask(dispatcherOver([always]))).rejects.toMatchObject({
      code: 'FOREBAY_ALL_FAILED',
      errors: { length: 2 },
    });
  });

  it('ends with the deadline, however many origins are left', async () => {
    const hang = await rawUpstream((socket) => socket.resume());
    const origins = [1, 2, 3].map((index) => ({ name: `h${index}`, url: hang }));
    const dispatcher = dispatcherOver(origins, { headersTimeout: 80, deadline: 100 });
    await expect(ask(dispatcher)).rejects.toMatchObject({ code: 'FOREBAY_DEADLINE' });
    expect(dispatcher.status().map(({ inFlight, failuresTotal }) => [inFlight, failuresTotal])).toEqual([
      [0, 1],
      [0, 0],
      [0, 0],
    ]);
  });

  it('says that it is busy, and blames nobody, when no connection becomes free in time', async () => {
    const slow = await upstream(({ url }, response) => {
      if (url === '/slow') response.write('beginning');
      else response.end('quick');
    });
    const dispatcher = dispatcherOver([slow.url], { connections: 1, deadline: 80 });
    const { body } = await request(`${anywhere}/slow`, { dispatcher });
    await expect(ask(dispatcher)).rejects.toMatchObject({ code: 'FOREBAY_BUSY', retryAfterMs: 1000 });
    expect(dispatcher.status()).toMatchObject([{ inFlight: 1, failuresTotal: 0 }]);
    body.on('error', () => undefined).destroy();
    expect((await ask(dispatcher)).text).toBe('quick');
  });

  it('waits as long as one request asks for, beyond its own limits', async () => {
    const slow = await upstream((_request, response) => void setTimeout(() => response.end('late'), 100));
    const dispatcher = dispatcherOver([slow.url], { headersTimeout: 40, deadline: 50 });
    await expect(ask(dispatcher)).rejects.toBeInstanceOf(Error);
    expect((await ask(dispatcher, '/', { headersTimeout: 5000 })).text).toBe('late');
    expect((await ask(dispatcher, '/', { headersTimeout: 0 })).text).toBe('late');
  });

  it('is neutral about a caller who leaves, and frees the upstream connection at once', async () => {
    for (const before of [true, false]) {
      const sockets: Socket[] = [];
      const abort = new AbortController();
      const a = await upstream((incoming, response) => {
        sockets.push(incoming.socket);
        if (before) abort.abort();
        else response.write('some');
      });
      const dispatcher = dispatcherOver([a.url]);
      const answer = request(anywhere, { dispatcher, signal: abort.signal }).then(async ({ body }) => {
        abort.abort();
        return body.text();
      });
      await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
      await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true));
      expect(dispatcher.status()[0]).toMatchObject({ failuresTotal: 0, successes: 0, inFlight: 0 });
    }
  });

  it('makes a body that breaks off an error, and counts it', async () => {
    const a = await upstream((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    });
    const dispatcher = dispatcherOver([a.url]);
    await expect(ask(dispatcher)).rejects.toMatchObject({ code: 'FOREBAY_BODY_BROKEN' });
    expect(dispatcher.status()[0]).toMatchObject({ failuresTotal: 1, inFlight: 0 });
  });

  it('never passes on more than the length said, nor lets the rest reach the next request', async () => {
    const url = await rawUpstream((socket) =>
      socket.on('data', () =>
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil'),
      ),
    );
    const dispatcher = dispatcherOver([url]);
    expect((await ask(dispatcher, '/1')).text).toBe('ok');
    expect((await ask(dispatcher, '/2')).text).toBe('ok');
  });

  it('holds an answer back until its first bytes are admitted, and asks another origin if they are not', async () => {
    const a = await upstream((_request, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end('<html>'),
    );
    const b = await upstream((_request, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end('PNG'),
    );
    const dispatcher = dispatcherOver([a.url, b.url], { admit });
    expect((await ask(dispatcher)).text).toBe('PNG');
    expect(dispatcher.status()[0]).toMatchObject({ failuresTotal: 1 });
    await expect(ask(dispatcherOver([a.url], { admit }))).rejects.toMatchObject({
      code: 'FOREBAY_ALL_FAILED',
      cause: { code: 'FOREBAY_BAD_RESPONSE', cause: { message: 'HTML is no image' } },
    });
    const heads: (Buffer | undefined)[] = [];
    const empty = dispatcherOver([b.url], { admit: (_head, chunk) => void heads.push(chunk) });
    await ask(empty, '/', { method: 'HEAD' });
    expect(heads).toEqual([undefined]);
  });

  it('fails over when an admitted answer’s first bytes never come', async () => {
    const a = await upstream((_request, response) => response.writeHead(200).flushHeaders());
    const b = await upstream((_request, response) => response.end('b'));
    const dispatcher = dispatcherOver([a.url, b.url], { admit: () => undefined, headersTimeout: 300 });
    expect((await ask(dispatcher)).text).toBe('b');
  });

  it('says which error it was when nothing may be tried, and when to come back', async () => {
    const balancer = createBalancer<EndpointOptions>({ endpoints: [], panicThreshold: 0 });
    const dispatcher = dispatcherOver([{ name: 'a', url: await deadUrl() }], { balancer });
    balancer.updateEndpoint('a', { enabled: false });
    await expect(ask(dispatcher)).rejects.toMatchObject({ code: 'FOREBAY_NO_ENDPOINT' });
  });

  it('gives a single origin its traffic back after an outage', async () => {
    const first = await upstream((_request, response) => response.end('up'));
    const dispatcher = dispatcherOver([first.url]);
    await ask(dispatcher);
    first.close();
    for (let index = 0; index < 10; index += 1) await ask(dispatcher).catch(() => undefined);
    await upstream((_request, response) => response.end('back'), Number(new URL(first.url).port));
    expect((await ask(dispatcher)).text).toBe('back');
  });

  it('passes redirects on, or follows as many as told to', async () => {
    const target = await upstream((incoming, response) => {
      if (incoming.url === '/there?q=1') response.writeHead(302, { location: '/here' }).end();
      else response.end(`${incoming.url} ${incoming.headers.authorization}`);
    });
    const a = await upstream((incoming, response) => {
      const location = incoming.url === '/loop' ? '/loop' : `${target.url}/there?q=1`;
      response.writeHead(302, { location }).end();
    });
    expect((await ask(dispatcherOver([a.url]))).status).toBe(302);
    const follow = dispatcherOver([a.url], { maxRedirects: 3 });
    expect((await ask(follow, '/', { headers: { authorization: 'secret' } })).text).toBe('/here undefined');
    await expect(ask(follow, '/loop')).rejects.toMatchObject({ cause: { code: 'FOREBAY_REDIRECT' } });
    expect(a.asked.filter((path) => path === '/loop')).toHaveLength(4);
    expect(follow.status()[0]).toMatchObject({ failuresTotal: 0 });
  });

  it('waits for its turn under the rate limit, and refuses what would wait beyond the deadline', async () => {
    const a = await upstream((_request, response) => response.end('a'));
    const rateLimit = { requestsPerSecond: 20, burst: 1 };
    const dispatcher = dispatcherOver([{ url: a.url, rateLimit }], { deadline: 500 });
    const startedAt = performance.now();
    expect((await Promise.all([ask(dispatcher), ask(dispatcher), ask(dispatcher)])).map(({ text }) => text)).toEqual([
      'a',
      'a',
      'a',
    ]);
    expect(performance.now() - startedAt).toBeGreaterThan(80);
    const crowd = await Promise.allSettled(Array.from({ length: 30 }, () => ask(dispatcher)));
    const refused = crowd.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused[0]).toMatchObject({ code: 'FOREBAY_RATE_LIMITED', retryAfterMs: expect.any(Number) });
    expect(dispatcher.status()[0]).toMatchObject({ inFlight: 0, failuresTotal: 0 });
  });

  it('prefers origins whose rate limit has room', async () => {
    const a = await upstream((_request, response) => response.end('a'));
    const b = await upstream((_request, response) => response.end('b'));
    const dispatcher = dispatcherOver([{ url: a.url, rateLimit: { requestsPerSecond: 0.1, burst: 1 } }, b.url]);
    for (let index = 0; index < 6; index += 1) await ask(dispatcher);
    expect([a.asked.length, b.asked.length]).toEqual([1, 5]);
  });

  it('keeps to maxConnections in all, and lets the others wait', async () => {
    let now = 0;
    let most = 0;
    const slow = await upstream((_request, response) => {
      most = Math.max(most, (now += 1));
      setTimeout(() => {
        now -= 1;
        response.end('ok');
      }, 20);
    });
    const dispatcher = dispatcherOver([slow.url, slow.url.replace('127.0.0.1', 'localhost')], { maxConnections: 2 });
    expect(await Promise.all(Array.from({ length: 8 }, () => ask(dispatcher)))).toHaveLength(8);
    expect(most).toBe(2);
    const left = new AbortController();
    const busy = [ask(dispatcher), ask(dispatcher)];
    const waiting = ask(dispatcher, '/', { signal: left.signal });
    left.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await Promise.all(busy);
    expect((await ask(dispatcher)).text).toBe('ok');
  });

  it('is not the origin’s slowness when requests wait behind each other for a connection', async () => {
    const slow = await upstream((_request, response) => void setTimeout(() => response.end('ok'), 250));
    const dispatcher = dispatcherOver([{ url: slow.url, connections: 1 }], { headersTimeout: 1000 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(dispatcher)));
    expect(answers.map(({ text }) => text)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  });

  it('adds and removes origins while running', async () => {
    const a = await upstream((_request, response) => response.end('a'));
    const b = await upstream((_request, response) => response.end('b'));
    const dispatcher = dispatcherOver([{ name: 'a', url: a.url }]);
    dispatcher.addOrigin({ name: 'b', url: b.url });
    await dispatcher.removeOrigin('a');
    expect([(await ask(dispatcher)).text, (await ask(dispatcher)).text]).toEqual(['b', 'b']);
    expect(() => dispatcher.addOrigin({ name: 'b', url: b.url })).toThrow('b is taken');
  });

  it('closes in peace and is destroyed at once', async () => {
    const slow = await upstream((_request, response) => void setTimeout(() => response.end('ok'), 30));
    const closing = dispatcherOver([slow.url]);
    const last = ask(closing);
    const closed = closing.close();
    await expect(ask(closing)).rejects.toMatchObject({ code: 'UND_ERR_CLOSED' });
    expect((await last).text).toBe('ok');
    await closed;
    const destroyed = dispatcherOver([slow.url]);
    const cut = ask(destroyed);
    await destroyed.destroy();
    await expect(cut).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' });
  });

  it('refuses wrong options by name', async () => {
    const url = 'http://a.example';
    expect(() => dispatcherOver([])).toThrow('origins');
    expect(() => dispatcherOver(['ftp://a.example'])).toThrow('ftp:');
    expect(() => dispatcherOver([url, url])).toThrow('a.example is taken');
    expect(() => dispatcherOver([url], { headersTimeout: 0 })).toThrow(
      'headersTimeout must be a number from 1 up, not 0',
    );
    expect(() => dispatcherOver([{ url, rateLimit: { requestsPerSecond: 0 } }])).toThrow('requestsPerSecond');
  });

  it('refuses a request that cannot be sent, without a mark on anyone', async () => {
    const a = await upstream((_request, response) => response.end('a'));
    const dispatcher = dispatcherOver([a.url]);
    const headers = { 'x-bad': 'a\r\nb' };
    await expect(ask(dispatcher, '/', { headers })).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
    expect(dispatcher.status()[0]).toMatchObject({ failuresTotal: 0, inFlight: 0 });
  });
});

it('asks a blocked origin as a last resort, when all others failed', async () => {
  const back = await upstream((_request, response) => response.end('back'));
  const dispatcher = dispatcherOver([
    { name: 'dead', url: await deadUrl() },
    { name: 'back', url: back.url },
  ]);
  const { balancer } = dispatcher;
  for (let count = 0; count < 3; count += 1)
    balancer.acquire({ exclude: new Set(['dead']) })?.failure(new Error('gone'));
  expect(balancer.blocked().map(({ name }) => name)).toEqual(['back']);
  expect((await ask(dispatcher)).text).toBe('back');
  expect(balancer.blocked(), 'an answer ends the block').toEqual([]);
});
