import type { ServerResponse } from 'node:http';
import type { Watch } from './watch.js';

/** Tells clients in `Server-Timing` (W3C) how long it took until their answer began. */
export const serverTiming: Watch = (_, response, next) => {
  const started = performance.now();
  const writeHead: (...parts: Parameters<ServerResponse['writeHead']>) => ServerResponse =
    response.writeHead.bind(response);
  response.writeHead = (...parts: unknown[]) => {
    if (!response.headersSent)
      response.setHeader('Server-Timing', `total;dur=${(performance.now() - started).toFixed(1)}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- passed on as they came
    return writeHead(...(parts as Parameters<ServerResponse['writeHead']>));
  };
  next();
};
