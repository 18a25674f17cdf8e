import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export type Script = (request: IncomingMessage, response: ServerResponse) => void;

/** An origin on loopback that does what the test says and remembers what it was asked. */
export class Origin {
  readonly requests: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];
  script: Script;
  /** Connections that were closed while their answer was awaited. */
  hangUps = 0;
  readonly #server: Server;

  private constructor(server: Server, script: Script) {
    this.#server = server;
    this.script = script;
    server.on('request', (request, response) => {
      this.requests.push({ url: request.url ?? '', headers: request.headers });
      response.on('close', () => {
        if (!response.writableFinished) this.hangUps += 1;
      });
      this.script(request, response);
    });
  }

  static async start(script: Script = files({})): Promise<Origin> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    const origin = new Origin(server, script);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return origin;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Paths and queries asked for. */
  get asked(): string[] {
    return this.requests.map(({ url }) => url);
  }

  /** Refuses connections from now on. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

const TYPES: Readonly<Record<string, string>> = {
  m3u8: 'application/vnd.apple.mpegurl',
  ts: 'video/mp2t',
  json: 'application/json',
};

/** Serves what is in the table, by path; a query is ignored. */
export function files(table: Readonly<Record<string, string | Buffer | Script>>): Script {
  return (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const file = table[path];
    if (typeof file === 'function') return file(request, response);
    if (file === undefined) return response.writeHead(404, { 'content-type': 'text/plain' }).end('no such file');
    const type = TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    return response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(file) }).end(file);
  };
}

/** A live media playlist of segments of two seconds. */
export function live(sequence: number, count = 3, more = ''): string {
  const segments = Array.from({ length: count }, (_, index) => `#EXTINF:2,\nseg${sequence + index}.ts\n`);
  return `#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:${sequence}\n${segments.join('')}${more}`;
}
