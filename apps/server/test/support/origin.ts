import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An image origin on loopback: every path is a picture of its own, and the test may make it misbehave. */
export class Origin {
  readonly asked: string[] = [];
  misbehave: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  readonly #server: Server;
  #port = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      this.asked.push(request.url ?? '');
      if (this.misbehave?.(request, response) === true) return;
      const body = pictureOf(request.url ?? '');
      response.writeHead(200, {
        'content-type': 'image/png',
        'content-length': body.length,
        'cache-control': 'max-age=60',
        etag: `"${request.url ?? ''}"`,
      });
      response.end(body);
    });
  }

  static async start(): Promise<Origin> {
    const origin = new Origin(createServer());
    await origin.listen();
    return origin;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Dies: connections are cut and refused until `listen` is called again. */
  async die(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** 20 KB that begin like a PNG and differ from path to path. */
export function pictureOf(path: string): Buffer {
  const body = Buffer.alloc(20_000, path);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(body);
  return body;
}
