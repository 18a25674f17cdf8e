import type { Watch } from './watch.js';

/** Tells clients in `Server-Timing` (W3C) how long it took until their answer began. */
export const serverTiming: Watch = (_, response, next) => {
  const started = performance.now();
  const writeHead = response.writeHead;
  const timed: typeof writeHead = function timed(this: typeof response, ...parts: unknown[]) {
    if (!this.headersSent) this.setHeader('Server-Timing', `total;dur=${(performance.now() - started).toFixed(1)}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- passed on as they came
    return writeHead.apply(this, parts as unknown as Parameters<typeof writeHead>);
  };
  response.writeHead = timed;
  next();
};
