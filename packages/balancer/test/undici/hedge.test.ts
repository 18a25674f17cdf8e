import type { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { ask, attemptsOf } from './ask.js';
import { dispatcherOver, rawUpstream, upstream } from './upstreams.js';

const hedged = { hedgeAfter: 30, headersTimeout: 2000 };

const admit = (_head: unknown, chunk: Buffer | undefined): Error | undefined =>
  chunk?.toString() === 'PNG' ? undefined : new Error('no image');

describe('a hedged request', () => {
  it('takes the first answer, frees the slower origin at once and without a mark, and knows it to be slow', async () => {
    const sockets: Socket[] = [];
    const slow = await rawUpstream((socket) => sockets.push(socket.resume()));
    const quick = await upstream((_request, response) => response.end('quick'));
    const dispatcher = dispatcherOver([slow, quick.url], hedged);
    const attempts = attemptsOf(dispatcher);
    expect((await ask(dispatcher)).text).toBe('quick');
    expect(attempts).toMatchObject([{ kind: 'hedge', statusCode: 200 }]);
    expect(dispatcher.status()[0]).toMatchObject({ failuresTotal: 0, successes: 0, inFlight: 0 });
    expect(dispatcher.status()[0]?.responseTimeMs).toBeGreaterThanOrEqual(25);
    await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true));
  });

  it('lets the first origin win when it is quicker after all', async () => {
    const first = await upstream((_request, response) => void setTimeout(() => response.end('first'), 60));
    const second = await rawUpstream((socket) => socket.resume());
    const dispatcher = dispatcherOver([first.url, second], hedged);
    expect((await ask(dispatcher)).text).toBe('first');
    expect(dispatcher.status().map(({ inFlight }) => inFlight)).toEqual([0, 0]);
    expect(dispatcher.status()[1]?.responseTimeMs).toBeUndefined();
  });

  it('waits for the other when one of the two fails', async () => {
    const slow = await upstream((_request, response) => void setTimeout(() => response.end('slow but good'), 90));
    const failing = await upstream((_request, response) => response.writeHead(500).end());
    const dispatcher = dispatcherOver([slow.url, failing.url], hedged);
    expect((await ask(dispatcher)).text).toBe('slow but good');
    expect(dispatcher.status()[1]).toMatchObject({ failuresTotal: 1 });
  });

  it('is not made for what is not idempotent, nor beyond its budget', async () => {
    const a = await upstream((_request, response) => void setTimeout(() => response.end('a'), 60));
    const b = await upstream((_request, response) => response.end('b'));
    const post = dispatcherOver([a.url, b.url], hedged);
    expect((await ask(post, '/', { method: 'POST', body: 'x' })).text).toBe('a');
    const poor = dispatcherOver([a.url, b.url], { ...hedged, balancer: { hedge: { ratio: 0, reserve: 0 } } });
    expect((await ask(poor)).text).toBe('a');
  });

  it('lets admit choose between two answers, whichever begins first', async () => {
    const a = await upstream((_request, response) => {
      response.writeHead(200).flushHeaders();
      setTimeout(() => response.end('<html>'), 80);
    });
    const b = await upstream((_request, response) => {
      response.writeHead(200).flushHeaders();
      setTimeout(() => response.end('PNG'), 80);
    });
    const dispatcher = dispatcherOver([a.url, b.url], { ...hedged, admit });
    expect((await ask(dispatcher)).text).toBe('PNG');
  });
});
