import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Looks on while a request is answered; it must call `next`, once and at once. */
export type Watch = (incoming: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** The listener with those who look on around it, the first outermost. With none it is the listener itself. */
export const watched = (listener: RequestListener, watches: readonly Watch[]): RequestListener =>
  watches.reduceRight<RequestListener>(
    (inner, watch) => (incoming, response) =>
      watch(incoming, response, () => {
        inner(incoming, response);
      }),
    listener,
  );
