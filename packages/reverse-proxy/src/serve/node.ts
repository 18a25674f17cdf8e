import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, ProxyRequest } from '../answer.js';
import { requestIdOf } from '../request-id.js';
import { Relay } from '../upstream/relay.js';
import { writtenFields } from './field-name.js';
import { informer } from './informational.js';
import { closeWithConnection } from './lost-turn.js';
import { pour, takesDirectly } from './pour.js';
import { pump } from './pump.js';

/** A `node:http` request as the proxy takes it; its signal aborts when the client leaves before the answer is out. */
export function fromIncoming(incoming: IncomingMessage, response: ServerResponse, target: string): ProxyRequest {
  closeWithConnection(incoming, response);
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const hasBody =
    incoming.headers['content-length'] !== undefined || incoming.headers['transfer-encoding'] !== undefined;
  return {
    method: incoming.method ?? 'GET',
    target,
    headers: incoming.headers,
    requestId: requestIdOf(incoming.headers['x-request-id']),
    signal: gone.signal,
    inform: informer(incoming, response),
    body: hasBody ? incoming : undefined,
  };
}

/**
 * Has the rest of a body read and forgotten once its request is answered: an upstream may answer before it has had all
 * of it, and the next request on the connection is behind it. Node does so only for bodies that nobody began to read.
 */
export function forgetBody(incoming: IncomingMessage): void {
  if (incoming.readableEnded || incoming.destroyed) return;
  incoming.removeAllListeners('readable');
  incoming.resume();
}

/** Hears of body bytes as they are written. */
export type OnBytes = (bytes: number) => void;

/** Sends an answer; resolves to the body bytes written, and to what broke the body if something did. */
export async function sendAnswer(
  answer: Answer,
  response: ServerResponse,
  sendTimeout: number,
  onBytes?: OnBytes,
): Promise<{ readonly bytes: number; readonly error?: unknown }> {
  const { body } = answer;
  if (response.destroyed) {
    if (body !== undefined && !(body instanceof Uint8Array)) body.cancel();
    return { bytes: 0 };
  }
  response.writeHead(answer.status, writtenFields(answer.headers));
  if (body === undefined) {
    response.end();
    return { bytes: 0 };
  }
  if (body instanceof Uint8Array) {
    response.end(body);
    onBytes?.(body.length);
    return { bytes: body.length };
  }
  if (body instanceof Relay && takesDirectly(response)) return pour(body, response, sendTimeout, onBytes);
  return pump(body, response, sendTimeout, onBytes);
}
