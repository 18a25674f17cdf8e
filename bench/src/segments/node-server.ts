// What one writes with undici or node:http in an afternoon: a request, and a pipe.
import { createServer, request as httpRequest, Agent as HttpAgent, type ServerResponse } from 'node:http';
import { request as httpsRequest, Agent as HttpsAgent } from 'node:https';
import { pipeline } from 'node:stream';
import { Readable } from 'node:stream';
import { Agent, fetch, request, stream } from 'undici';
import { cert } from '../../../packages/balancer/test/undici/certificate.js';

const { ORIGIN = '', PORT = '', WAY = 'request' } = process.env;
const dispatcher = new Agent({ connections: 128, connect: { ca: cert } });
const secure = ORIGIN.startsWith('https');
const agent = secure ? new HttpsAgent({ keepAlive: true, ca: cert }) : new HttpAgent({ keepAlive: true });

const broken = (response: ServerResponse) => (error: unknown) => {
  if (error) response.destroy();
};

const ways: Record<string, (path: string, response: ServerResponse) => Promise<void> | void> = {
  async request(path, response) {
    const { statusCode, headers, body } = await request(ORIGIN + path, { dispatcher });
    response.writeHead(statusCode, { 'Content-Length': String(headers['content-length']) });
    pipeline(body, response, broken(response));
  },
  async stream(path, response) {
    await stream(ORIGIN + path, { dispatcher, opaque: response, method: 'GET' }, ({ statusCode, headers }) => {
      response.writeHead(statusCode, { 'Content-Length': String(headers['content-length']) });
      return response;
    });
  },
  async fetch(path, response) {
    const answer = await fetch(ORIGIN + path, { dispatcher });
    response.writeHead(answer.status, { 'Content-Length': String(answer.headers.get('content-length')) });
    if (answer.body !== null) pipeline(Readable.fromWeb(answer.body), response, broken(response));
  },
  http(path, response) {
    const ask = secure ? httpsRequest : httpRequest;
    ask(ORIGIN + path, { agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { 'Content-Length': String(answer.headers['content-length']) });
      pipeline(answer, response, broken(response));
    })
      .on('error', broken(response))
      .end();
  },
};

const way = ways[WAY] ?? ways['request']!;
createServer({ keepAliveTimeout: 65_000 }, (incoming, response) => {
  void Promise.resolve(way(incoming.url ?? '/', response)).catch(broken(response));
}).listen(Number(PORT), '127.0.0.1', 1024);
