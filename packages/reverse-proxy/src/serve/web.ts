import type { BodyReader } from '@forebay/cache-tiers';
import type { Answer, ProxyRequest } from '../answer.js';
import { requestIdOf } from '../request-id.js';

/** A web `Request` as the proxy takes it. */
export function fromRequest(request: Request): ProxyRequest {
  const url = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  return {
    method: request.method,
    target: url.pathname + url.search,
    headers,
    requestId: requestIdOf(headers['x-request-id']),
    signal: request.signal,
    body: request.body ?? undefined,
  };
}

/** A web `Response`; a body that breaks errors its stream, and a cancelled stream lets go of the load. */
export function toResponse(answer: Answer, onBytes?: (bytes: number) => void): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    if (typeof value === 'string') headers.set(name, value);
    else for (const each of value) headers.append(name, each);
  }
  const { body } = answer;
  const init = { status: answer.status, headers };
  if (body === undefined) return new Response(null, init);
  if (!(body instanceof Uint8Array)) return new Response(streamOf(body, onBytes), init);
  onBytes?.(body.length);
  return new Response(body as Uint8Array<ArrayBuffer>, init);
}

function streamOf(reader: BodyReader, onBytes?: (bytes: number) => void): ReadableStream<Uint8Array> {
  let wake: (() => void) | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller): Promise<void> {
        let chunk = reader.read();
        while (chunk === null) {
          await new Promise<void>((resolve) => {
            wake = resolve;
            reader.onReadable = resolve;
          });
          chunk = reader.read();
        }
        if (chunk === undefined) controller.close();
        else {
          onBytes?.(chunk.length);
          controller.enqueue(chunk);
        }
      },
      cancel(): void {
        reader.cancel();
        wake?.();
      },
    },
    { highWaterMark: 0 },
  );
}
