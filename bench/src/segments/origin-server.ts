// The origin of all servers under test, in a process of its own: `/{1m|64m}/{name}`, over HTTP and over HTTPS.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { cert, key } from '../../../packages/balancer/test/undici/certificate.js';
import { segmentOf, SIZES } from './segment-bytes.js';

const answer: RequestListener = (request, response) => {
  const size = SIZES.get(request.url?.split('/')[1] ?? '');
  if (size === undefined) return response.writeHead(404, { 'Content-Length': 0 }).end();
  const control = request.url?.includes('/kept') === true ? 'max-age=3600' : 'no-store';
  response.writeHead(200, {
    'Content-Type': 'video/mp2t',
    'Content-Length': size,
    'Cache-Control': control,
    ETag: '"one"',
  });
  let left = size;
  const push = (): void => {
    while (left > 0) {
      left -= segmentOf.length;
      if (!response.write(segmentOf) && left > 0) return void response.once('drain', push);
    }
    response.end();
  };
  return push();
};

createServer({ keepAliveTimeout: 120_000 }, answer).listen(Number(process.env['PORT']), '127.0.0.1', 1024);
createTlsServer({ cert, key, keepAliveTimeout: 120_000 }, answer).listen(
  Number(process.env['TLS_PORT']),
  '127.0.0.1',
  1024,
);
