import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Origin, picture, sendPicture } from './support/origin.js';
import { MountedProxy } from './support/proxy.js';

const PATH = '/t/p/w500/poster.png';
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function mount(size: number): Promise<MountedProxy> {
  const origin = await Origin.start(sendPicture(picture(size)));
  const proxy = await MountedProxy.start({ upstreams: [origin.url] });
  ends.push(
    () => origin.stop(),
    () => proxy.stop(),
  );
  await proxy.get(PATH);
  return proxy;
}

/** The answers of one connection, in order, as they came over the wire. */
function readAnswers(received: Buffer, size: number): { id: string; body: Buffer }[] {
  const answers: { id: string; body: Buffer }[] = [];
  for (let at = 0; at < received.length;) {
    const end = received.indexOf('\r\n\r\n', at) + 4;
    const id = /^x-request-id: (.*)$/im.exec(received.toString('latin1', at, end))?.[1] ?? '';
    answers.push({ id, body: received.subarray(end, end + size) });
    at = end + size;
  }
  return answers;
}

describe('hits that go out with header and body in one write', () => {
  it.each([20_000, 200_000])('are each whole and each their own while clients do not read (%d bytes)', async (size) => {
    const proxy = await mount(size);
    const count = Math.ceil(24_000_000 / size);
    const clients = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const socket = connect(proxy.port, '127.0.0.1');
        socket.pause();
        await once(socket, 'connect');
        const chunks: Buffer[] = [];
        socket.on('data', (chunk) => chunks.push(chunk));
        socket.pause();
        for (let index = 0; index < count; index += 1)
          socket.write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${name}-${index}\r\n\r\n`);
        return { name, socket, chunks };
      }),
    );
    // Meanwhile others are answered from the same memory.
    for (let index = 0; index < 20; index += 1) expect((await proxy.get(PATH)).body.equals(picture(size))).toBe(true);
    for (const { socket, name, chunks } of clients) {
      const wanted = count * size;
      socket.resume();
      let received = 0;
      while ((received = chunks.reduce((sum, chunk) => sum + chunk.length, 0)) < wanted) await once(socket, 'data');
      expect(received).toBeGreaterThan(wanted);
      await new Promise((resolve) => setImmediate(resolve));
      socket.destroy();
      const answers = readAnswers(Buffer.concat(chunks), size);
      expect(answers.slice(0, -1).map(({ id }) => id)).toEqual(
        Array.from({ length: answers.length - 1 }, (_, index) => `${name}-${index}`),
      );
      expect(answers.slice(0, -1).every(({ body }) => body.equals(picture(size)))).toBe(true);
    }
  });

  it('are what this version of Node allows', async () => {
    const proxy = await mount(1000);
    const socket = connect(proxy.port, '127.0.0.1');
    socket.write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    // Where blocks cannot be sent as they are, Node adds this field.
    expect(first.toString('latin1')).not.toMatch(/^connection:/im);
    expect(first.includes('\r\n\r\n\u0089PNG', 0, 'latin1')).toBe(true);
  });

  it.each([
    ['HTTP/1.1', 'Connection: close\r\n', '', 200],
    ['HTTP/1.0', '', '', 200],
    ['HTTP/1.1', 'Connection: close\r\n', 'If-None-Match: "one"\r\n', 304],
  ])('end the connection for clients that want it so (%s %j %j)', async (version, connection, condition, status) => {
    const proxy = await mount(20_000);
    const received = await proxy.raw(`GET ${PATH} ${version}\r\nHost: x\r\n${connection}${condition}\r\n`);
    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(received).toMatch(/^connection: close\r$/im);
    expect(received).toMatch(/^x-cache: HIT\r$/im);
    const body = Buffer.from(received.slice(received.indexOf('\r\n\r\n') + 4), 'latin1');
    expect(body.equals(status === 200 ? picture(20_000) : Buffer.alloc(0))).toBe(true);
    expect(proxy.hits).toBe(1);
  });

  it('have ids of their own', async () => {
    const proxy = await mount(1000);
    const ids = await Promise.all(
      Array.from({ length: 50 }, async () => (await proxy.get(PATH)).headers['x-request-id']),
    );
    expect(new Set(ids).size).toBe(50);
    expect(proxy.hits).toBe(50);
  });
});
