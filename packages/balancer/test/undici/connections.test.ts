import { createServer, request as requestHttp } from 'node:http';
import { createSecureServer } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import type { Server } from 'node:net';
import { buildConnector, type Dispatcher, request } from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { anywhere, ask } from './ask.js';
import { cert, key } from './certificate.js';
import { dispatcherOver, upstream } from './upstreams.js';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const listen = async (server: Server): Promise<number> => {
  servers.push(server.listen(0, '127.0.0.1'));
  await new Promise((listening) => server.once('listening', listening));
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
};

/** A forward proxy that notes what it was asked for. */
const proxy = async (): Promise<{ readonly url: string; readonly asked: string[] }> => {
  const asked: string[] = [];
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const onward = requestHttp(incoming.url ?? '', { headers: incoming.headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.end();
  });
  server.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    const target = connectTcp(Number(incoming.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    for (const end of [socket, target]) end.on('error', () => undefined);
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, asked };
};

/** An origin that speaks HTTP/2 and HTTP/1.1 over TLS, and answers with which it was. */
const secureOrigin = async (): Promise<string> => {
  const server = createSecureServer({ key, cert, allowHTTP1: true }, (incoming, response) => {
    response.setHeader('etag', '"v1"');
    response.end(`HTTP/${incoming.httpVersion}`);
  });
  return `https://localhost:${await listen(server)}`;
};

describe('connections', () => {
  it('are kept and used again, also after an answer that was thrown away', async () => {
    const ports = new Set<number | undefined>();
    let status = 200;
    const a = await upstream((incoming, response) => {
      ports.add(incoming.socket.remotePort);
      response.writeHead(status).end('short');
    });
    const b = await upstream((_request, response) => response.end('b'));
    const origins = [
      { url: a.url, weight: 1000, connections: 1 },
      { url: b.url, weight: 1 },
    ];
    const dispatcher = dispatcherOver(origins);
    await ask(dispatcher);
    status = 503;
    await ask(dispatcher);
    status = 200;
    await vi.waitFor(() => expect(dispatcher.status()[0]?.pool.running).toBe(0));
    await ask(dispatcher);
    expect([ports.size, a.asked.length]).toEqual([1, 3]);
    expect(dispatcher.status()[0]?.pool).toEqual({ connected: 1, pending: 0, running: 0 });
  });

  it('go through the proxy that is named for the scheme, but not to hosts that are exempt', async () => {
    const { url, asked } = await proxy();
    const a = await upstream((_request, response) => response.end('a'));
    const local = a.url.replace('127.0.0.1', 'localhost');
    const options = { http: url, noProxy: 'example.org, .localhost' };
    expect((await ask(dispatcherOver([a.url], { proxy: options }), '/p?q=1')).text).toBe('a');
    expect(asked).toEqual([`GET ${a.url}/p?q=1`]);
    await ask(dispatcherOver([{ url: a.url, proxy: false }], { proxy: options }));
    await ask(dispatcherOver([a.url], { proxy: { ...options, noProxy: '*' } }));
    await ask(dispatcherOver([a.url], { proxy: { ...options, noProxy: `127.0.0.1:${new URL(a.url).port}` } }));
    await ask(dispatcherOver([local], { proxy: options }));
    expect(asked).toHaveLength(1);
    await ask(dispatcherOver([a.url], { proxy: { ...options, noProxy: '127.0.0.1:1' } }));
    expect(asked).toHaveLength(2);
  });

  it('tunnel to TLS origins', async () => {
    const { url, asked } = await proxy();
    const origin = await secureOrigin();
    const connect = { ca: cert };
    const dispatcher = dispatcherOver([origin], { proxy: { https: url }, connect });
    expect((await ask(dispatcher)).text).toBe('HTTP/1.1');
    expect(asked).toEqual([`CONNECT ${new URL(origin).host}`]);
  });

  it('speak HTTP/2 where it is offered and wanted, HTTP/1.1 otherwise', async () => {
    const origin = await secureOrigin();
    const connect = { ca: cert };
    expect((await ask(dispatcherOver([origin], { connect }))).text).toBe('HTTP/1.1');
    const dispatcher = dispatcherOver([{ url: origin, http2: true }], { connect });
    const answers = await Promise.all([ask(dispatcher), ask(dispatcher), ask(dispatcher)]);
    expect(answers.map(({ text }) => text)).toEqual(['HTTP/2.0', 'HTTP/2.0', 'HTTP/2.0']);
    await vi.waitFor(() => expect(dispatcher.status()[0]).toMatchObject({ successes: 3, inFlight: 0 }));
  });

  it('are made by the connector given, redirects included', async () => {
    const inside = await upstream((_request, response) => response.end('inside'));
    const a = await upstream((_request, response) => response.writeHead(302, { location: inside.url }).end());
    const dial = buildConnector({});
    const asked: string[] = [];
    const connect: buildConnector.connector = (options, callback) => {
      asked.push(options.port);
      if (options.port === new URL(a.url).port) return dial(options, callback);
      return callback(Object.assign(new Error('Refused'), { code: 'FOREBAY_ADDRESS_REFUSED' }), null);
    };
    const dispatcher = dispatcherOver([a.url], { connect, maxRedirects: 1 });
    await expect(ask(dispatcher)).rejects.toMatchObject({
      cause: { code: 'FOREBAY_CONNECTION', cause: { code: 'FOREBAY_ADDRESS_REFUSED' } },
    });
    expect(asked).toEqual([a.url, inside.url].map((url) => new URL(url).port));
    expect(inside.asked).toEqual([]);
    expect(dispatcher.status()[0]).toMatchObject({ failuresTotal: 0, inFlight: 0 });
  });

  it('are held back by a reader who is slow', async () => {
    const size = 64 * 1024 * 1024;
    let sent = 0;
    const a = await upstream((_request, response) => {
      const chunk = Buffer.alloc(65_536);
      const more = (): void => {
        while (sent < size) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    const dispatcher = dispatcherOver([a.url]);
    const { body } = await request(anywhere, { dispatcher });
    await vi.waitFor(() => expect(sent).toBeGreaterThan(0));
    let before = -1;
    await vi.waitFor(() => {
      const still = sent === before;
      before = sent;
      expect(still).toBe(true);
    });
    expect(sent).toBeLessThan(size / 2);
    let read = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) read += chunk.length;
    expect(read).toBe(size);
  });

  it('serve raw handlers, whose pause and abort work from the start', async () => {
    const a = await upstream((_request, response) => response.end('body'));
    const dispatcher = dispatcherOver([a.url]);
    const calls: string[] = [];
    const done = new Promise<void>((resolve) => {
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart: () => calls.push('start'),
        onResponseStart(controller, status) {
          calls.push(`head ${status}`);
          controller.pause();
          setTimeout(() => {
            calls.push('resume');
            controller.resume();
          }, 20);
        },
        onResponseData: (_controller, chunk) => calls.push(chunk.toString()),
        onResponseEnd: () => resolve(),
      };
      dispatcher.dispatch({ path: '/', method: 'GET' }, handler);
    });
    await done;
    expect(calls).toEqual(['start', 'head 200', 'resume', 'body']);
    const reason = await new Promise((resolve) => {
      dispatcher.dispatch(
        { path: '/', method: 'GET' },
        {
          onRequestStart: (controller) => controller.abort(new Error('never mind')),
          onResponseError: (_controller, error) => resolve(error.message),
        },
      );
    });
    expect(reason).toBe('never mind');
    expect(a.asked).toHaveLength(1);
  });

  it('end the dispatch when the handler throws, without a mark on the origin', async () => {
    const a = await upstream((_request, response) => response.end('body'));
    const dispatcher = dispatcherOver([a.url]);
    const error = await new Promise<Error>((resolve) => {
      dispatcher.dispatch(
        { path: '/', method: 'GET' },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => {
            throw new Error('my own fault');
          },
          onResponseError: (_controller, reason) => resolve(reason),
        },
      );
    });
    expect(error.message).toBe('my own fault');
    expect(dispatcher.status()[0]).toMatchObject({ failuresTotal: 0, inFlight: 0 });
  });
});
