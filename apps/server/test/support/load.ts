import { Agent } from 'node:http';
import type { Forebay, Reply } from './forebay.js';
import { pictureOf } from './origin.js';

/** One request of a load, from the client's point of view. */
export interface Sample {
  readonly node: Forebay;
  readonly path: string;
  /** The `detail` of `Cache-Status`, or `upstream`; undefined when the request failed. */
  readonly source: string | undefined;
  /** Why it counts as failed: no answer, not a 200, or other bytes than the origin has. */
  readonly failure: string | undefined;
  readonly ms: number;
}

export const sourceOf = (reply: Reply): string =>
  /detail=(\w+)/.exec(String(reply.headers['cache-status']))?.[1] ?? 'upstream';

/**
 * Clients that ask one request after the other, each of the next that `next` names, while `during` runs. Resolves to all
 * that they saw; `during` may look at it as it grows.
 */
export async function underLoad(
  clients: number,
  next: (count: number) => { readonly node: Forebay; readonly path: string },
  during: (samples: readonly Sample[]) => Promise<void>,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  let count = 0;
  let over = false;
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!over) samples.push(await ask(next(count++), agent));
    agent.destroy();
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  try {
    await during(samples);
  } finally {
    over = true;
    await all;
  }
  return samples;
}

async function ask({ node, path }: { readonly node: Forebay; readonly path: string }, agent: Agent): Promise<Sample> {
  const begun = performance.now();
  const took = (): number => performance.now() - begun;
  try {
    const reply = await node.ask(path, { agent });
    const right = reply.status === 200 && reply.body.equals(pictureOf(path));
    const failure = right ? undefined : `${reply.status}, ${reply.body.length} bytes`;
    return { node, path, source: right ? sourceOf(reply) : undefined, failure, ms: took() };
  } catch (error) {
    return { node, path, source: undefined, failure: String(error), ms: took() };
  }
}

export const failuresOf = (samples: readonly Sample[]): string[] =>
  samples.flatMap(({ path, failure }) => (failure === undefined ? [] : [`${path}: ${failure}`]));

/** `p50 1 ms, p99 20 ms, longest 31 ms of 1200`. */
export function figures(samples: readonly Sample[]): string {
  const at = (share: number): string => `${percentile(samples, share).toFixed(1)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} of ${samples.length}`;
}

export function percentile(samples: readonly Sample[], share: number): number {
  const times = samples.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return times[Math.max(0, Math.ceil(times.length * share) - 1)] ?? 0;
}
