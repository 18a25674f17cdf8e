import type { Dispatcher } from 'undici';
import { Problem } from '../problem.js';
import { exchange, type ExchangeRequest, type UpstreamResponse } from './exchange.js';

/** Where a request goes. */
export interface Hop {
  readonly dispatcher: Dispatcher;
  /** Path and query there. */
  readonly path: string;
}

/** Says where a `Location` leads, given the path that answered with it; `undefined` where it must not be followed. */
export type Redirects = (location: string, from: string) => Hop | undefined;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MOST_HOPS = 5;

/**
 * An exchange that goes on to where an answer redirects, so that no client is led past the proxy. Without `redirects`
 * they are answers like others.
 *
 * @throws {Problem} 502 for one that must not be followed, or too many
 */
export async function exchangeFollowing(
  dispatcher: Dispatcher,
  request: ExchangeRequest,
  redirects: Redirects | undefined,
): Promise<UpstreamResponse> {
  let response = await exchange(dispatcher, request);
  let { path } = request;
  if (redirects === undefined) return response;
  for (let hops = 0; REDIRECTS.has(response.status); hops += 1) {
    const { location } = response.headers;
    if (typeof location !== 'string') return response;
    response.discard();
    const hop = hops < MOST_HOPS ? redirects(location, path) : undefined;
    if (hop === undefined)
      throw new Problem(502, 'upstream-failed', 'the upstream redirects to where this route does not go');
    path = hop.path;
    response = await exchange(hop.dispatcher, { ...request, path });
  }
  return response;
}
