import { createServer, type Server, type Socket } from 'node:net';
import { createProber, tcpProbe, type TargetStatus, type TcpProbeOptions } from '@forebay/health';
import { afterEach, describe, expect, it } from 'vitest';

let server: Server | undefined;

const serve = async (listener: (socket: Socket) => void): Promise<number> => {
  const made = createServer((socket) => listener(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  server = made;
  await new Promise((listening) => made.once('listening', listening));
  const address = made.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
};

afterEach(() => {
  server?.close();
});

const check = (port: number, options: TcpProbeOptions = {}, timeout = 5000): Promise<TargetStatus> =>
  createProber({ targets: [{ name: 'a', host: '127.0.0.1', port }], probe: tcpProbe(options), timeout }).check('a');

describe('tcpProbe', () => {
  it('is content with a connection', async () => {
    expect((await check(await serve((socket) => socket.resume()))).health).toBe('up');
  });

  it('fails on a refused connection', async () => {
    const port = await serve(() => undefined);
    server?.close();
    expect((await check(port)).lastError).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('sends, and judges what comes back', async () => {
    const port = await serve((socket) => socket.on('data', (data) => socket.end(`+${data.toString()}`)));
    expect((await check(port, { send: 'PING', expect: '+PING' })).health).toBe('up');
    expect((await check(port, { send: 'PING', expect: /PONG/ })).lastError?.message).toContain('not as expected');
  });

  it('times out on silence', async () => {
    const port = await serve((socket) => socket.resume());
    expect((await check(port, { expect: 'hello' }, 50)).lastError).toMatchObject({ code: 'FOREBAY_PROBE_TIMEOUT' });
  });

  it('understands an agent', async () => {
    const port = await serve((socket) => socket.write('ready 75%\n'));
    expect(await check(port, { agent: true })).toMatchObject({ health: 'up', drain: false, weightShare: 0.75 });
  });
});
