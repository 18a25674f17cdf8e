import type { ServerResponse } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { BodyReader } from '@forebay/cache-tiers';

// Of a longer write Node does not tell how much of it has gone, and a slow client would look like one that takes nothing.
const PIECE_BYTES = 64 * 1024;

/**
 * Writes a body to a response at the client's pace and resolves to the bytes written. A body that breaks resets the
 * connection, for ending it would tell the client that it has everything; so does a client that takes nothing for
 * `sendTimeout` ms. Never rejects.
 */
export function pump(
  reader: BodyReader,
  response: ServerResponse,
  sendTimeout: number,
  onBytes?: (bytes: number) => void,
): Promise<{ readonly bytes: number; readonly error?: unknown }> {
  return new Promise((resolve) => {
    let bytes = 0;
    let timer: NodeJS.Timeout | undefined;
    let done = false;
    let rest: Uint8Array | undefined;

    const finish = (error?: unknown): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      reader.onReadable = undefined;
      response.off('drain', flow);
      response.off('close', onClose);
      resolve(error === undefined ? { bytes } : { bytes, error });
    };
    const breakOff = (error: unknown): void => {
      reader.cancel();
      reset(response);
      finish(error);
    };
    const onClose = (): void => {
      reader.cancel();
      finish();
    };
    function flow(): void {
      clearTimeout(timer);
      if (done) return;
      try {
        for (;;) {
          const chunk = rest ?? reader.read();
          if (chunk === null) {
            reader.onReadable = flow;
            return;
          }
          if (chunk === undefined) {
            response.end();
            finish();
            return;
          }
          const piece = chunk.length > PIECE_BYTES ? chunk.subarray(0, PIECE_BYTES) : chunk;
          rest = piece === chunk ? undefined : chunk.subarray(PIECE_BYTES);
          bytes += piece.length;
          onBytes?.(piece.length);
          if (!response.write(piece)) {
            timer = setTimeout(breakOff, sendTimeout, new Error(`the client took nothing for ${sendTimeout} ms`));
            timer.unref();
            return;
          }
        }
      } catch (error) {
        breakOff(error);
      }
    }

    if (response.destroyed) {
      reader.cancel();
      resolve({ bytes });
      return;
    }
    response.on('drain', flow);
    response.on('close', onClose);
    flow();
  });
}

/** Ends a connection so that nobody takes what was sent for the whole. */
export function reset(response: ServerResponse): void {
  const { socket } = response;
  if ('stream' in response) {
    // HTTP/2, by Node's compatibility API: the connection is others' too, the stream is ours.
    (response.stream as ServerHttp2Stream).close(constants.NGHTTP2_INTERNAL_ERROR);
    return;
  }
  if (socket && 'resetAndDestroy' in socket && !socket.destroyed && !('encrypted' in socket)) socket.resetAndDestroy();
  else response.destroy();
}
