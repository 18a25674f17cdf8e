import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { Writable, type Readable } from 'node:stream';
import type { UpstreamDispatcher } from '@forebay/balancer/undici';
import { createReverseProxy, customPreset, type AnsweredRequest } from '@forebay/reverse-proxy';
import type { Dispatcher } from 'undici';
import { afterEach, expect, it } from 'vitest';
import { Origin } from './support/origin.js';
import { MountedProxy, until } from './support/proxy.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

it('ends all that was pipelined on a connection when it is lost, whosever turn it is', async () => {
  const left: string[] = [];
  const origin = await Origin.start((request) => {
    request.socket.once('close', () => left.push(request.url ?? ''));
  });
  const proxy = await MountedProxy.start({
    upstreams: { origins: [origin.url], headersTimeout: 60_000, deadline: 60_000 },
  });
  ends.push(
    () => origin.stop(),
    () => proxy.stop(),
  );
  const paths = ['/t/p/w500/a.png', '/t/p/w500/b.png', '/t/p/w500/c.png'];
  const socket = connect(proxy.port, '127.0.0.1', () => {
    socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
  });
  await until(() => origin.requests.length === 3, 'the origin is asked for all of them');
  socket.destroy();
  await until(() => left.length === 3, 'the origin is rid of all of them');
  await until(() => proxy.answered.length === 3, 'all of them are over');
  expect(proxy.answered.map(({ status }) => status)).toEqual([499, 499, 499]);
});

it('survives an upload that breaks off when nobody upstream minds it any more', async () => {
  const refused = new Error('refused');
  // As undici does when a request fails: it takes its listeners off the body that it had begun to read.
  const upstreams = {
    dispatch({ body }: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) {
      (body as Readable).once('close', () => handler.onResponseError?.(undefined as never, refused)).resume();
      return true;
    },
    close: () => Promise.resolve(),
  } as unknown as UpstreamDispatcher;
  const proxy = createReverseProxy({ preset: customPreset(), methods: ['POST'], upstreams });
  ends.push(() => proxy.close());
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Buffer.from('some'));
      controller.error(new Error('aborted'));
    },
  });
  const asked = new Request('http://x/up', { method: 'POST', body, duplex: 'half' });
  expect((await proxy.fetch(asked)).status).toBe(502);
});

it('answers the next request on a connection though an upload before it was answered half-way', async () => {
  const origin = await Origin.start((request, response) => {
    if (request.method === 'POST') response.writeHead(413, { connection: 'close' });
    response.end(request.url);
  });
  const proxy = await MountedProxy.start({ preset: customPreset(), methods: ['POST'], upstreams: [origin.url] });
  ends.push(
    () => origin.stop(),
    () => proxy.stop(),
  );
  const size = 300_000;
  const socket = connect(proxy.port, '127.0.0.1', () => {
    socket.write(`POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\nsome`);
  });
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
  await until(() => received.includes('/up'), 'the upload is refused');
  socket.write(`${'x'.repeat(size - 4)}GET /after HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await until(() => received.includes('/after'), 'the next request is answered');
  expect(received).toMatch(/^HTTP\/1\.1 413 [^]*HTTP\/1\.1 200 /);
});

it('does not take a client that reads slowly for one that reads nothing, however much there is to send at once', async () => {
  const size = 2 * 1024 * 1024;
  const controller = { pause: () => undefined, resume: () => undefined, abort: () => undefined };
  const upstreams = {
    dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) {
      const given = controller as unknown as Dispatcher.DispatchController;
      handler.onResponseStart?.(given, 200, { 'cache-control': 'no-store' });
      handler.onResponseData?.(given, Buffer.alloc(size));
      // Had it ended at once, it would be sent as the whole that it is.
      setImmediate(() => handler.onResponseEnd?.(given, {}));
      return true;
    },
    close: () => Promise.resolve(),
  } as unknown as UpstreamDispatcher;
  const answered: unknown[] = [];
  const observer = { hit: () => undefined, answered: ({ error }: AnsweredRequest) => answered.push(error) };
  const proxy = createReverseProxy({ preset: customPreset(), upstreams, observer, sendTimeout: 200 });
  ends.push(() => proxy.close());
  let received = 0;
  // Takes 64 KB in 10 ms.
  const client = new Writable({
    write(chunk: Buffer, _encoding, taken) {
      received += chunk.length;
      setTimeout(taken, chunk.length / 6400);
    },
  });
  const response = Object.assign(client, { writeHead: () => response, socket: {} }) as unknown as ServerResponse;
  const incoming = { method: 'GET', url: '/a', headers: {} } as IncomingMessage;
  await proxy.handle(incoming, response);
  expect(answered).toEqual([undefined]);
  expect(received).toBe(size);
});
