import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { z } from 'zod';
import type { ClearType } from '../cache-control.js';
import type { Config, RouteConfig } from '../config/config.js';
import { signRequest } from './request-signature.js';
import { forebayVersion } from './via.js';

/** What an upstream says of itself. */
export interface UpstreamNode {
  readonly group: string;
  readonly name: string;
  readonly url: string;
  /** Its version, where it is a Forebay node itself. */
  readonly version: string | undefined;
  /** Why it could not be asked. */
  readonly error: string | undefined;
}

/** What came of a clear at one upstream node. */
export type UpstreamClear = { readonly url: string; readonly version: string } & (
  | {
      readonly cleared: readonly string[];
      readonly entries: number;
      readonly upstreams?: readonly unknown[] | undefined;
    }
  | { readonly error: string }
);

/** Longest wait for an upstream to show what it is. ms */
const LOOK_TIMEOUT = 5000;
/** Longest wait for an upstream's clear, for each step that it may go farther. ms */
const CLEAR_TIMEOUT = 10_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

const clearAnswer = z.object({
  cleared: z.array(z.string()),
  entries: z.number(),
  upstreams: z.array(z.unknown()).optional(),
});

/**
 * Upstreams that are Forebay nodes themselves. They are asked when someone wants to know, with the request that their
 * health probe makes too, rather than watched: what a node was a minute ago is no ground to send it anything.
 */
export class UpstreamNodes {
  readonly #config: Config;

  constructor(config: Config) {
    this.#config = config;
  }

  /** Asks every upstream of every route what it is. */
  look(): Promise<readonly UpstreamNode[]> {
    return this.#connected((dispatcher) => this.#look(dispatcher));
  }

  /**
   * Clears the caches of all upstream nodes, and of theirs, as far as `hops` steps away. Never rejects: each entry says
   * what became of it. A node that several routes name is asked once.
   */
  clear(type: ClearType, hops: number): Promise<readonly UpstreamClear[]> {
    return this.#connected(async (dispatcher) => {
      const nodes = new Map<string, string>();
      for (const { url, version } of await this.#look(dispatcher))
        if (version !== undefined) nodes.set(new URL(url).origin, version);
      return Promise.all(
        [...nodes].map(async ([url, version]): Promise<UpstreamClear> => {
          try {
            return { url, version, ...(await this.#clear(dispatcher, url, type, hops)) };
          } catch (error) {
            return { url, version, error: reasonOf(error) };
          }
        }),
      );
    });
  }

  #look(dispatcher: Dispatcher): Promise<UpstreamNode[]> {
    const { routes, upstream } = this.#config;
    const timeout = Math.min(upstream.requestTimeout, LOOK_TIMEOUT);
    return Promise.all(
      routes.flatMap((route) =>
        route.upstreams.map(async ({ name, url }): Promise<UpstreamNode> => {
          const node = { group: route.name, name, url };
          try {
            const signal = AbortSignal.timeout(timeout);
            const answer = await request(url + probeTarget(route), { method: 'HEAD', dispatcher, signal });
            await answer.body.dump();
            return { ...node, version: forebayVersion(answer.headers['via']), error: undefined };
          } catch (error) {
            return { ...node, version: undefined, error: reasonOf(error) };
          }
        }),
      ),
    );
  }

  async #clear(
    dispatcher: Dispatcher,
    origin: string,
    type: ClearType,
    hops: number,
  ): Promise<z.infer<typeof clearAnswer>> {
    const { apiKey } = this.#config.server;
    const farther = hops > 1 ? `&cascade=true&hops=${hops - 1}` : '';
    const target = `/cache/clear?type=${type}${farther}`;
    const answer = await request(origin + target, {
      method: 'POST',
      headers: apiKey === undefined ? {} : { authorization: signRequest(apiKey, 'POST', target, Date.now()) },
      dispatcher,
      signal: AbortSignal.timeout(CLEAR_TIMEOUT * hops),
    });
    const said: unknown = await answer.body.json().catch(() => undefined);
    const parsed = clearAnswer.safeParse(said);
    if (answer.statusCode === 200 && parsed.success) return parsed.data;
    const detail = z.object({ detail: z.string() }).safeParse(said).data?.detail;
    throw new Error(
      detail === undefined
        ? `it answered ${answer.statusCode} with something else`
        : `it answered ${answer.statusCode}: ${detail}`,
    );
  }

  async #connected<T>(use: (dispatcher: Dispatcher) => Promise<T>): Promise<T> {
    const { httpProxy, httpsProxy, noProxy } = this.#config.upstream;
    const bounds = { maxResponseSize: MAX_ANSWER_BYTES };
    // Empty strings keep the agent from looking into the environment itself.
    const dispatcher =
      httpProxy === undefined && httpsProxy === undefined
        ? new Agent(bounds)
        : new EnvHttpProxyAgent({
            ...bounds,
            httpProxy: httpProxy ?? '',
            httpsProxy: httpsProxy ?? '',
            noProxy: noProxy ?? '',
          });
    try {
      return await use(dispatcher);
    } finally {
      await dispatcher.destroy();
    }
  }
}

/** Something that every server of the route is known to answer, below its URL. */
const probeTarget = (route: RouteConfig): string => route.probePath ?? route.upstreamPath;

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
