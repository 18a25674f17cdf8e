// The plainest caching server on node:http: a Map (or a folder), `writeHead` and `end`. Started by node-http.ts.
import cluster from 'node:cluster';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { get } from '../client.js';

interface Stored {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer | string;
  readonly size: number;
}

const { ORIGIN = '', FOLDER = '', PORT = '', WORKERS = '1' } = process.env;
const stored = new Map<string, Stored>();

async function load(path: string): Promise<Stored | undefined> {
  const answer = await get(ORIGIN + path);
  if (answer.status !== 200) return undefined;
  const { 'content-type': type, 'cache-control': control, 'last-modified': modified, etag } = answer.headers;
  const headers = { 'Content-Type': type, 'Cache-Control': control, 'Last-Modified': modified, ETag: etag };
  let body: Buffer | string = answer.body;
  if (FOLDER !== '') {
    body = join(FOLDER, createHash('sha1').update(path).digest('hex'));
    await writeFile(body, answer.body);
  }
  const entry = { headers, body, size: answer.bytes };
  stored.set(path, entry);
  return entry;
}

function send(request: IncomingMessage, response: ServerResponse, entry: Stored, body: Buffer): void {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (request.headers['if-none-match'] === entry.headers['ETag']) {
    response.writeHead(304, entry.headers).end();
  } else if (range !== null) {
    const part = body.subarray(Number(range[1]), Number(range[2]) + 1);
    const contentRange = `bytes ${range[1]}-${range[2]}/${body.length}`;
    response
      .writeHead(206, { ...entry.headers, 'Content-Range': contentRange, 'Content-Length': part.length })
      .end(part);
  } else {
    response.writeHead(200, { ...entry.headers, 'Content-Length': body.length }).end(body);
  }
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/';
  const entry = stored.get(path) ?? (await load(path));
  if (entry === undefined) response.writeHead(404, { 'Content-Length': 0 }).end();
  else send(request, response, entry, typeof entry.body === 'string' ? await readFile(entry.body) : entry.body);
}

if (cluster.isPrimary && WORKERS !== '1') {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  for (let worker = 0; worker < Number(WORKERS); worker++) cluster.fork();
} else {
  createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    const entry = stored.get(request.url ?? '/');
    if (entry !== undefined && typeof entry.body !== 'string') send(request, response, entry, entry.body);
    else serve(request, response).catch(() => response.destroy());
  }).listen(Number(PORT), '127.0.0.1', 4096);
}
