import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { poolOver, RawOrigin, take, type TransportName } from './support.js';

const OK = 'HTTP/1.1 200 OK\r\n';

/** Answers of an origin that a client must understand, and what they say. */
const understood: [what: string, answer: string, body: string][] = [
  ['a length', `${OK}content-length: 5\r\n\r\nhello`, 'hello'],
  ['no body', `${OK}content-length: 0\r\n\r\n`, ''],
  ['chunks', `${OK}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`, 'hello world'],
  ['chunk extensions', `${OK}transfer-encoding: chunked\r\n\r\n5;a=b;c="d"\r\nhello\r\n0;last\r\n\r\n`, 'hello'],
  ['trailers', `${OK}transfer-encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nx-sum: 1\r\n\r\n`, '0123456789'],
  ['a coding in capitals', `${OK}Transfer-Encoding: Chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`, 'x'],
  ['hints before it', `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}content-length: 2\r\n\r\nok`, 'ok'],
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
  ['no reason', 'HTTP/1.1 200 \r\ncontent-length: 1\r\n\r\nx', 'x'],
];

describe.each<TransportName>(['relay', 'undici'])('answers over %s', (transport) => {
  it.each(understood)('with %s are understood, and the connection is used again', async (_what, answer, body) => {
    const origin = await RawOrigin.start((socket) => socket.write(answer, 'latin1'));
    const pool = poolOver(transport, origin.url, { connections: 1 });
    for (let turn = 0; turn < 3; turn += 1) expect((await take(pool)).body).toBe(body);
    expect(origin.connections).toBe(1);
  });

  it('are the same however their bytes are cut', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\n\r\n';
    const answer = `${hints}${OK}x: y\r\ntransfer-encoding: chunked\r\n\r\n3;e\r\nabc\r\nb\r\ndefghijklmn\r\n0\r\nt: u\r\n\r\n`;
    let cut = 1;
    const origin = await RawOrigin.start((socket) => {
      socket.setNoDelay(true).write(answer.slice(0, cut));
      setTimeout(() => socket.write(answer.slice(cut)), 2);
    });
    const pool = poolOver(transport, origin.url, { connections: 1 });
    for (; cut < answer.length; cut += 3)
      expect(await take(pool)).toMatchObject({
        status: 200,
        headers: { x: 'y' },
        body: 'abcdefghijklmn',
        informed: [103],
      });
  });

  it('without a length end with the connection', async () => {
    const origin = await RawOrigin.start((socket) => socket.end(`${OK}\r\nall of it`));
    const pool = poolOver(transport, origin.url);
    expect((await take(pool)).body).toBe('all of it');
    expect((await take(pool)).body).toBe('all of it');
    expect(origin.connections).toBe(2);
  });

  it('to HEAD have no body, whatever they announce', async () => {
    const origin = await RawOrigin.start((socket) => socket.write(`${OK}content-length: 5\r\n\r\n`));
    const pool = poolOver(transport, origin.url, { connections: 1 });
    for (let turn = 0; turn < 2; turn += 1)
      expect(await take(pool, { method: 'HEAD' })).toMatchObject({
        status: 200,
        headers: { 'content-length': '5' },
        body: '',
      });
  });

  it.each<[what: string, answer: string]>([
    ['both a length and a coding', `${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${OK}content-length: 5\r\ncontent-length: 6\r\n\r\nhello!`],
    ['a length that is none', `${OK}content-length: 5x\r\n\r\nhello`],
    ['a chunk size that is none', `${OK}transfer-encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n`],
    ['more in a chunk than it says', `${OK}transfer-encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n`],
    ['a negative chunk', `${OK}transfer-encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n`],
    ['a folded line', `${OK}a: b\r\n c: d\r\ncontent-length: 0\r\n\r\n`],
    ['a blank before a colon', `${OK}a : b\r\ncontent-length: 0\r\n\r\n`],
    ['a control character', `${OK}a: b\0c\r\ncontent-length: 0\r\n\r\n`],
    ['a CR of its own', `${OK}a: b\rc: d\r\ncontent-length: 0\r\n\r\n`],
    ['a head without end', `${OK}${'a: b\r\n'.repeat(5000)}`],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['a status that is none', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['less than it says', `${OK}content-length: 50\r\n\r\nhello`],
    ['an end amid a chunk', `${OK}transfer-encoding: chunked\r\n\r\nff\r\nhello`],
    ['no last chunk', `${OK}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`],
    ['nothing at all', ''],
  ])('with %s are failures', async (_what, answer) => {
    const origin = await RawOrigin.start((socket) => socket.end(answer, 'latin1'));
    await expect(take(poolOver(transport, origin.url))).rejects.toThrow();
  });

  it('that nobody asked for end the connection', async () => {
    const origin = await RawOrigin.start((socket) =>
      socket.write(`${OK}content-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`),
    );
    const pool = poolOver(transport, origin.url, { connections: 1 });
    for (let turn = 0; turn < 3; turn += 1) {
      const taken = await take(pool).catch(() => undefined);
      expect(['ok', undefined]).toContain(taken?.body);
      await vi.waitFor(() => expect(origin.sockets.size).toBe(0));
    }
  });

  it('that come late end in a time-out, and free the connection', async () => {
    const origin = await RawOrigin.start((socket, request) => {
      if (request.includes('/body')) socket.write(`${OK}content-length: 9\r\n\r\nabc`);
    });
    const pool = poolOver(transport, origin.url);
    await expect(take(pool, { headersTimeout: 50 })).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' });
    await expect(take(pool, { path: '/body', bodyTimeout: 50 })).rejects.toMatchObject({
      code: 'UND_ERR_BODY_TIMEOUT',
    });
    await vi.waitFor(() => expect(origin.sockets.size).toBe(0));
  });

  it('can be given up at any time, which frees the connection', async () => {
    const origin = await RawOrigin.start((socket, request) => {
      if (request.includes('/body')) socket.write(`${OK}content-length: 9\r\n\r\nabc`);
    });
    const pool = poolOver(transport, origin.url);
    for (const path of ['/head', '/body']) {
      const leave = new Error('left');
      await expect(take(pool, { path }, (controller) => setTimeout(() => controller.abort(leave), 20))).rejects.toBe(
        leave,
      );
      await vi.waitFor(() => expect(origin.closed).toBeGreaterThan(path === '/head' ? 0 : 1));
    }
  });
});

describe('the relay', () => {
  it('knows that a 304 has no body', async () => {
    const origin = await RawOrigin.start((socket) =>
      socket.write('HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n'),
    );
    const pool = poolOver('relay', origin.url);
    for (let turn = 0; turn < 2; turn += 1) expect(await take(pool)).toMatchObject({ status: 304, body: '' });
    expect(origin.connections).toBe(1);
  });

  it.each([
    'HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n',
    `${OK}content-length: 1\n\r\n\r\nx`,
    `${OK}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    `${OK}transfer-encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n`,
    `${OK}transfer-encoding: chunked\r\n\r\n1;${'x'.repeat(5000)}\r\nx\r\n0\r\n\r\n`,
    `${OK}transfer-encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(5000)}\r\n`,
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n'.repeat(40),
  ])('refuses %j', async (answer) => {
    const origin = await RawOrigin.start((socket) => socket.end(answer, 'latin1'));
    await expect(take(poolOver('relay', origin.url))).rejects.toMatchObject({
      code: expect.stringMatching(/^HPE_|^UND_ERR_HEADERS_OVERFLOW$/) as string,
    });
  });

  it('keeps fields whose names objects have of themselves', async () => {
    const origin = await RawOrigin.start((socket) =>
      socket.write(`${OK}constructor: a\r\n__proto__: b\r\n__proto__: c\r\ncontent-length: 0\r\n\r\n`),
    );
    const { headers } = await take(poolOver('relay', origin.url));
    expect(Object.entries(headers)).toEqual([
      ['constructor', 'a'],
      ['__proto__', ['b', 'c']],
      ['content-length', '0'],
    ]);
  });

  it.each([{ path: '/a b' }, { path: '/a\r\nx: y' }, { headers: { x: 'a\r\nb: c' } }, { headers: { 'x y': 'a' } }])(
    'does not send %j',
    async (options) => {
      const origin = await RawOrigin.start((socket) => socket.write(`${OK}content-length: 0\r\n\r\n`));
      await expect(take(poolOver('relay', origin.url), options)).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
      expect(origin.requests).toEqual([]);
    },
  );

  it('keeps no connection longer than the origin says, less a margin', async () => {
    const answer = (timeout: number): string => `${OK}keep-alive: timeout=${timeout}\r\ncontent-length: 0\r\n\r\n`;
    const origin = await RawOrigin.start((socket, request) =>
      socket.write(answer(request.startsWith('GET /short') ? 1 : 60)),
    );
    const pool = poolOver('relay', origin.url);
    for (const path of ['/short', '/long', '/long']) await take(pool, { path });
    expect(origin.connections).toBe(2);
  });

  it('passes the bytes of any body on, however it is framed and cut', async () => {
    let pieces: readonly Buffer[] = [];
    const origin = await RawOrigin.start((socket) => {
      socket.setNoDelay(true);
      for (const piece of pieces) socket.write(piece);
    });
    const pool = poolOver('relay', origin.url);
    const chunk = fc.uint8Array({ minLength: 1, maxLength: 40_000 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunk, { maxLength: 6 }),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 60_000 }), { maxLength: 8 }),
        fc.boolean(),
        async (chunks, chunked, cuts, lend) => {
          const body = Buffer.concat(chunks);
          const coded = chunks.flatMap((each) => [
            Buffer.from(`${each.length.toString(16)}\r\n`),
            each,
            Buffer.from('\r\n'),
          ]);
          const head = chunked ? 'transfer-encoding: chunked' : `content-length: ${body.length}`;
          const sent = Buffer.concat([
            Buffer.from(`${OK}${head}\r\n\r\n`),
            ...(chunked ? [...coded, Buffer.from('0\r\n\r\n')] : [body]),
          ]);
          let from = 0;
          pieces = [...cuts, Infinity].map((length) => sent.subarray(from, (from += length)));
          expect((await take(pool, { lend })).body).toBe(body.toString('latin1'));
        },
      ),
      { numRuns: 60 },
    );
    expect(origin.connections).toBe(1);
  });
});
