import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHlsListener, createHlsOrigin, loadSampleMedia } from '../../../src/sample/hls/index.js';

/** One answer of the origin. */
export interface Served {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** What was asked for of it; empty for all. */
  readonly range: string;
  readonly status: number;
  /** Whether all of it was taken. */
  readonly whole: boolean;
}

/** The sample streams on loopback, below `/` as behind a proxy and below `/hls/` as without one, with a list of what was asked. */
export class SampleOrigin {
  readonly served: Served[] = [];
  readonly #server: Server;

  private constructor(listener: RequestListener) {
    this.#server = createServer((request, response) => {
      response.once('close', () => this.served.push(recordOf(request, response.statusCode, response.writableFinished)));
      listener(request, response);
    });
  }

  /** @param epoch When the live streams began, in milliseconds since 1970. */
  static async start(epoch?: number): Promise<SampleOrigin> {
    const streams = createHlsListener(createHlsOrigin(await loadSampleMedia(), epoch));
    const below: RequestListener = (request, response) => {
      request.url = (request.url ?? '').replace(/^\/hls\//, '/');
      streams(request, response);
    };
    const origin = new SampleOrigin(below);
    await new Promise<void>((resolve) => origin.#server.listen(0, '127.0.0.1', resolve));
    return origin;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What was sent more than once: segments and the like, for playlists must be asked for again. */
  repeated(): string[] {
    const times = new Map<string, number>();
    for (const { method, target, range, status, whole } of this.served) {
      if (method !== 'GET' || status >= 300 || !whole || /\.m3u8|\.key/.test(target)) continue;
      const what = `${target} ${range}`.trim();
      times.set(what, (times.get(what) ?? 0) + 1);
    }
    return [...times].filter(([, count]) => count > 1).map(([what, count]) => `${what}: ${count} times`);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const recordOf = (request: IncomingMessage, status: number, whole: boolean): Served => ({
  method: request.method ?? '',
  target: request.url ?? '',
  range: request.headers.range ?? '',
  status,
  whole,
});
