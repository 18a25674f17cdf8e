import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Script = (request: IncomingMessage, response: ServerResponse) => void;

/** An origin on loopback that does what the test says and remembers what it was asked. */
export class Origin {
  readonly requests: { readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers'] }[] =
    [];
  script: Script;
  readonly #server: Server;

  private constructor(server: Server, script: Script) {
    this.#server = server;
    this.script = script;
    server.on('request', (request, response) => {
      this.requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
      this.script(request, response);
    });
  }

  static async start(script: Script = sendPicture()): Promise<Origin> {
    const server = createServer();
    const origin = new Origin(server, script);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return origin;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Refuses connections from now on. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** Bytes that begin like a PNG, the rest told apart by a seed. */
export function picture(size = 20_000, seed = 1): Buffer {
  const bytes = Buffer.alloc(size);
  for (let index = 0; index < size; index += 1) bytes[index] = (index * 31 + seed * 7) & 0xff;
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(bytes);
  return bytes;
}

export function sendPicture(bytes: Buffer = picture(), headers: Record<string, string> = {}): Script {
  return (_request, response) => {
    response.writeHead(200, {
      'content-type': 'image/png',
      'content-length': bytes.length,
      'cache-control': 'max-age=60',
      etag: '"one"',
      ...headers,
    });
    response.end(bytes);
  };
}

export function sendJson(value: unknown, headers: Record<string, string> = {}, status = 200): Script {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
}
