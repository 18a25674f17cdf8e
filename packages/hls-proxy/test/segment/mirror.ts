// A mirror in a process of its own, so that it can be killed: `/{n}.ts` is a megabyte made of its path, sent bit by bit.
// Started by killed-mirrors.test.ts.
import { createServer } from 'node:http';
import { segmentBytes } from './segment-bytes.js';

const PIECE = 32 * 1024;

createServer((request, response) => {
  const bytes = segmentBytes(request.url ?? '');
  const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from === 0 ? 200 : 206, {
    'content-length': bytes.length - from,
    etag: '"same everywhere"',
    ...(from > 0 && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
  });
  let at = from;
  const timer = setInterval(() => {
    response.write(bytes.subarray(at, at + PIECE));
    at += PIECE;
    if (at < bytes.length) return;
    clearInterval(timer);
    response.end();
  }, 5);
  response.on('close', () => clearInterval(timer));
}).listen(Number(process.env['PORT']), '127.0.0.1', () => process.send?.('listening'));
