import type { LoadBody } from './cache.js';
import type { BodySink, PushSource } from './entry.js';

function isPushSource(body: LoadBody): body is PushSource {
  return 'start' in body && typeof body.start === 'function';
}

/** Moves what a loader gave into a sink, at the sink's pace, until it ends, fails or the signal aborts. */
export function pump(body: LoadBody, sink: BodySink, signal: AbortSignal): void {
  if (body instanceof Uint8Array) {
    sink.write(body);
    sink.end();
  } else if (isPushSource(body)) {
    try {
      body.start(sink);
    } catch (error) {
      sink.fail(error);
    }
  } else void pull(body, sink, signal);
}

async function pull(chunks: AsyncIterable<Uint8Array>, sink: BodySink, signal: AbortSignal): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (signal.aborted) throw signal.reason;
      if (!sink.write(chunk)) await drained(sink, signal);
    }
    sink.end();
  } catch (error) {
    sink.fail(error);
  }
}

function drained(sink: BodySink, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    sink.onDrain = () => {
      sink.onDrain = undefined;
      signal.removeEventListener('abort', abort);
      resolve();
    };
  });
}

/** Lets go of a body that nobody wants. A push source that was never started holds nothing but its signal. */
export function discard(body: LoadBody): void {
  if (body instanceof Uint8Array || isPushSource(body)) return;
  try {
    const left = body[Symbol.asyncIterator]().return?.();
    left?.then(undefined, () => undefined);
  } catch {
    // It was to be thrown away: how it takes that is its own affair.
  }
}
