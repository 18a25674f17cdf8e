import type { Answer } from '../client.js';
import { forEach, get, keepAlive } from '../client.js';
import type { Origin } from '../origin.js';
import { bodyOf } from '../origin.js';

/** How the answers of a case must look. */
export interface Expectation {
  readonly status: 200 | 206 | 304;
  readonly headers: Readonly<Record<string, string>>;
  /** First and last byte of a 206. */
  readonly range?: readonly [first: number, last: number];
  /** How many processes may each need an upstream request of their own before all of them have the key. */
  readonly workers: number;
}

/**
 * Brings every key into a server's cache and makes sure that it comes back out of it: the right bytes, and no request
 * at the origin. Returns what is wrong.
 */
export async function warmAndVerify(
  url: string,
  paths: readonly string[],
  origin: Origin,
  expected: Expectation,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const faults: string[] = [];
  const agent = keepAlive(16);
  const warmings = expected.workers === 1 ? 2 : 40;
  for (let pass = 0; pass < warmings; pass++) {
    // With several workers each pass takes new connections, so that every worker gets its turn.
    await forEach(paths, { atOnce: 16, signal }, async (path) => {
      const answer = await get(url + path, expected.workers === 1 ? { agent } : {});
      if (pass === 0) faults.push(...compare(path, answer, { status: 200, headers: {}, workers: 1 }));
    });
    if (faults.length > 0) break;
  }
  const before = origin.total();
  await forEach(paths, { atOnce: 16, signal }, async (path) => {
    faults.push(...compare(path, await get(url + path, { agent, headers: expected.headers }), expected));
  });
  agent.destroy();
  if (origin.total() !== before)
    faults.push(`${origin.total() - before} of ${paths.length} keys did not come from the cache`);
  return faults.slice(0, 5);
}

function compare(path: string, answer: Answer, { status, range }: Expectation): readonly string[] {
  if (answer.status !== status) return [`${path}: status ${answer.status} instead of ${status}`];
  const whole = bodyOf(path);
  const wanted =
    status === 304 ? Buffer.alloc(0) : range === undefined ? whole : whole.subarray(range[0], range[1] + 1);
  return answer.body.equals(wanted)
    ? []
    : [`${path}: ${answer.bytes} bytes that are not the ${wanted.length} of the origin`];
}
