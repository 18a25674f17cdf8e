import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { parseTarget, Problem } from '@forebay/reverse-proxy';
import type { LoadShedder } from './middleware/load-shedder.js';
import { refuse } from './middleware/refuse.js';
import type { Mounted } from './parts/proxies.js';
import { isReserved } from './reserved.js';

export interface DispatchParts {
  readonly mounts: readonly Mounted[];
  /** Answers the reserved paths. */
  readonly own: RequestListener;
  readonly shedder: LoadShedder;
  readonly draining: () => boolean;
  /** Whether the parts are being taken down: there is nothing left that could answer. */
  readonly ended: () => boolean;
  /** Whether hits in memory are sent as they were prepared; nothing can be added to them then. @default true */
  readonly prepared?: boolean;
}

/**
 * The front door: a hit in memory is answered here and now, a miss goes to its route's proxy, and the server's own
 * paths go to the framework. Proxied requests stay out of the framework: it would rebuild the URL, and the target is
 * to be judged as it was sent.
 */
export function createDispatch(parts: DispatchParts): RequestListener {
  const mounts = [...parts.mounts].toSorted((a, b) => b.route.mount.length - a.route.mount.length);
  const { prepared = true } = parts;
  const find = (path: string): Mounted | undefined => mounts.find(({ route }) => path.startsWith(route.mount));

  return (incoming, response) => {
    const url = incoming.url ?? '';
    const mark = url.indexOf('?');
    const mounted = find(url);
    if (isOwn(mark < 0 ? url : url.slice(0, mark), mounted)) {
      parts.own(incoming, response);
      return;
    }
    if (prepared && mounted !== undefined && !parts.draining() && mounted.proxy.listener(incoming, response)) return;
    serve(incoming, response);
  };

  function serve(incoming: IncomingMessage, response: ServerResponse): void {
    if (parts.draining()) response.setHeader('Connection', 'close');
    const path = canonicalPath(incoming.url ?? '');
    // Whatever cannot be read has the route word the refusal that it was meant for, as far as one can tell.
    const mounted = path === undefined ? (find(incoming.url ?? '') ?? mounts.at(-1)) : find(path);
    // Another spelling of a reserved path is still not a route's.
    if (path !== undefined && isOwn(path, mounted)) {
      parts.own(incoming, response);
      return;
    }
    if (mounted === undefined) {
      refuse(incoming, response, new Problem(404, 'not-found', 'no route is mounted at this path'));
      return;
    }
    if (parts.ended()) {
      // On a connection that was open, and had asked for nothing, when all others had their answers.
      const problem = new Problem(503, 'stopping', 'the server is stopping', { retryAfterMs: 1000 });
      refuse(incoming, response, problem);
      return;
    }
    if (parts.shedder.refuses(incoming, response)) return;
    void mounted.proxy.handle(incoming, response);
  }
}

/** Reserved paths are the server's own, but for those that a part of it is mounted at. */
const isOwn = (path: string, mounted: Mounted | undefined): boolean =>
  isReserved(path) && (mounted === undefined || !isReserved(mounted.route.mount));

function canonicalPath(target: string): string | undefined {
  try {
    return parseTarget(target).path;
  } catch {
    return undefined;
  }
}
