import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { createProber, httpProbe, type HttpProbeOptions, type TargetStatus } from '@forebay/health';
import { afterEach, describe, expect, it, vi } from 'vitest';

let server: Server | undefined;

const serve = async (listener: RequestListener): Promise<string> => {
  const made = createServer(listener).listen(0, '127.0.0.1');
  server = made;
  await new Promise((listening) => made.once('listening', listening));
  const address = made.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
};

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const check = (url: string, options: HttpProbeOptions = {}, timeout = 5000): Promise<TargetStatus> =>
  createProber({ targets: [{ name: 'a', url }], probe: httpProbe(options), timeout }).check('a');

describe('httpProbe', () => {
  it('asks for the path below the base path, with the headers given', async () => {
    const asked: unknown[] = [];
    const url = await serve((request, response) => {
      asked.push([request.method, request.url, request.headers['x-a'], request.headers.connection]);
      response.end();
    });
    await check(`${url}/base/`, { path: '//evil/up?full=1', headers: { 'x-a': 'b' } });
    expect(asked).toEqual([['GET', '/base//evil/up?full=1', 'b', 'close']]);
  });

  it.each([
    [200, {}, 'up'],
    [302, {}, 'up'],
    [302, { status: [200] }, 'unknown'],
    [500, {}, 'unknown'],
    [404, { status: (code: number) => code === 404 }, 'up'],
  ])('judges %i with %o as %s, following no redirect', async (status, options, health) => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked += 1;
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    expect((await check(url, options)).health).toBe(health);
    expect(asked).toBe(1);
  });

  it('judges headers and body', async () => {
    const url = await serve((_request, response) =>
      response.writeHead(200, { 'x-role': 'primary' }).end('all well here'),
    );
    expect((await check(url, { expectHeaders: { 'X-Role': /^prim/ }, expectBody: 'well' })).health).toBe('up');
    expect((await check(url, { expectHeaders: { 'x-role': 'replica' } })).lastError?.message).toContain('x-role');
    expect((await check(url, { expectBody: /ill/ })).health).toBe('unknown');
  });

  it('reads no more of an endless body than its bound', async () => {
    const url = await serve((_request, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      more();
    });
    expect((await check(url, { expectBody: 'y', maxBodyBytes: 100_000 })).lastError?.message).toContain('body');
    expect((await check(url)).health).toBe('up');
  });

  it('gives up on a server that hangs, and closes the connection', async () => {
    const connections: Socket[] = [];
    const url = await serve((request) => void connections.push(request.socket));
    expect((await check(url, {}, 50)).lastError).toMatchObject({ code: 'FOREBAY_PROBE_TIMEOUT' });
    await vi.waitFor(() => expect(connections[0]?.destroyed).toBe(true));
  });

  it('fails on a refused connection', async () => {
    const url = await serve(() => undefined);
    server?.close();
    expect((await check(url)).lastError).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('hears what the target says of itself, in a header or the body', async () => {
    const url = await serve((_request, response) =>
      response.writeHead(200, { 'x-agent': 'drain 40%' }).end('maint # upgrade\n'),
    );
    expect(await check(url, { agent: 'X-Agent' })).toMatchObject({ health: 'up', drain: true, weightShare: 0.4 });
    expect((await check(url, { agent: 'body' })).lastError?.message).toBe('upgrade');
  });
});
