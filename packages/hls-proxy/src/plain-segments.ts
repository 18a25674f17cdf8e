import type { UpstreamDispatcher } from '@forebay/balancer/undici';
import { createReverseProxy, Problem } from '@forebay/reverse-proxy';
import type { ResolvedOptions } from './options.js';
import type { SegmentDoor } from './segment-door.js';

export function plainSegments(options: ResolvedOptions, upstreams: UpstreamDispatcher): SegmentDoor {
  const proxy = createReverseProxy({ name: options.name, upstreams, ...(options.cache && { cache: options.cache }) });
  const local = (target: string | URL): string => {
    if (typeof target === 'string') return target;
    throw new Problem(502, 'upstream-failed', 'other hosts are not served');
  };
  return {
    handle: (incoming, response, { target }) => proxy.handle(incoming, response, { target: local(target) }),
    listener: (incoming, response, { target }) => proxy.listener(incoming, response, { target: local(target) }),
    fetch: (request, { target }) => proxy.fetch(new Request(new URL(local(target), request.url), request)),
    transfers: () => [],
    close: () => Promise.resolve(),
  };
}
