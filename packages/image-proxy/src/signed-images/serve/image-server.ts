import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem, problemBody, problemHeaders, requestIdOf, type ReverseProxy } from '@forebay/reverse-proxy';
import type { BookEntry } from '../book/book-store.js';
import type { UrlBook } from '../book/url-book.js';
import { signUrl } from '../book/url-signer.js';
import type { ResolvedOptions } from '../options.js';
import { pathOf, readImageRequest } from './image-request.js';
import { redirectHeaders } from './redirect.js';
import { toProblem } from './to-problem.js';

const PROXY_QUERY = '?mode=proxy';

/** An answer without a stream, for `node:http` and the web alike. */
interface Plain {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  readonly error: unknown;
}

/** What is known of a request before it is answered. */
interface Asked {
  readonly method: string;
  readonly target: string;
  readonly requestId: string;
}

/** Answers requests for images: with a redirect of its own, or through the proxy. */
export class ImageServer {
  readonly #options: ResolvedOptions;
  readonly #book: UrlBook;
  readonly #proxy: ReverseProxy | undefined;

  constructor(options: ResolvedOptions, book: UrlBook, proxy: ReverseProxy | undefined) {
    this.#options = options;
    this.#book = book;
    this.#proxy = proxy;
  }

  listener(incoming: IncomingMessage, response: ServerResponse): boolean {
    const target = incoming.url ?? '';
    if (this.#proxy === undefined || !target.endsWith(PROXY_QUERY)) return false;
    return this.#proxy.listener(incoming, response, { target: target.slice(0, -PROXY_QUERY.length) });
  }

  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const asked = { method, target: url, requestId: requestIdOf(incoming.headers['x-request-id']) };
    const answer = await this.#answer(asked);
    if (answer.kind === 'proxy') return answer.proxy.handle(incoming, response, { target: answer.target });
    const { status, headers, body } = answer.plain;
    response.writeHead(status, headers).end(body);
    incoming.resume();
  }

  async fetch(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const requestId = requestIdOf(request.headers.get('x-request-id') ?? undefined);
    const answer = await this.#answer({ method: request.method, target: pathname + search, requestId });
    if (answer.kind === 'proxy') return answer.proxy.fetch(request);
    const { status, headers, body } = answer.plain;
    return new Response(body ?? null, { status, headers });
  }

  async #answer(
    asked: Asked,
  ): Promise<
    | { readonly kind: 'plain'; readonly plain: Plain }
    | { readonly kind: 'proxy'; readonly proxy: ReverseProxy; readonly target: string }
  > {
    const started = performance.now();
    let plain: Plain;
    try {
      const { mount } = this.#options;
      if (asked.method === 'OPTIONS') plain = preflight(asked.requestId);
      else {
        refuseOtherMethods(asked.method);
        const { key, mode, refresh } = readImageRequest(asked.target, mount);
        if (mode === 'proxy') {
          if (this.#proxy === undefined) throw new Problem(400, 'bad-parameter', 'mode: images are not streamed here');
          // What goes up is signed anew in any case, and none of it depends on the URL that redirects lead to.
          if (refresh) await this.#refreshed(key).catch((error: unknown) => this.#options.book.onError(error, key));
          return { kind: 'proxy', proxy: this.#proxy, target: pathOf(key, mount) };
        }
        const entry = refresh ? await this.#refreshed(key) : undefined;
        const headers = await this.#redirect(key, asked, entry);
        plain = { status: 302, headers, body: undefined, error: undefined };
      }
    } catch (error) {
      plain = refusal(toProblem(error), error, asked);
    }
    this.#report(asked, plain, performance.now() - started);
    return { kind: 'plain', plain };
  }

  /** A signature is for one method. Pages ask with GET, and share a URL; for a HEAD it is signed then and there. */
  async #redirect(
    key: string,
    { method, requestId }: Asked,
    refreshed: BookEntry | undefined,
  ): Promise<Record<string, string>> {
    const { book } = this.#options;
    if (method === 'HEAD') {
      const headers = redirectHeaders(await signUrl(book, key, 'HEAD'), book.clock.now(), requestId);
      // Whoever asks with GET next is not to be led there.
      return { ...headers, 'cache-control': 'no-store' };
    }
    const entry = refreshed ?? (await this.#book.get(key)).entry;
    return redirectHeaders(entry, book.clock.now(), requestId);
  }

  async #refreshed(key: string): Promise<BookEntry> {
    return (await this.#book.refresh(key, { minAge: this.#options.refreshCooldown })).entry;
  }

  #report({ method, target, requestId }: Asked, { status, body, error }: Plain, durationMs: number): void {
    const bytes = body === undefined ? 0 : Buffer.byteLength(body);
    const how = { outcome: 'NONE', source: '', bytes, durationMs, error } as const;
    this.#options.observer?.answered({ requestId, method, target, status, ...how });
  }
}

const ALLOW = 'GET, HEAD, OPTIONS';

function refuseOtherMethods(method: string): void {
  if (method === 'GET' || method === 'HEAD') return;
  throw new Problem(405, 'method-not-allowed', `images answer ${ALLOW}, not ${method}`, { headers: { allow: ALLOW } });
}

function preflight(requestId: string): Plain {
  const headers = {
    allow: ALLOW,
    'access-control-allow-origin': '*',
    'access-control-allow-methods': ALLOW,
    'access-control-allow-headers': '*',
    'access-control-max-age': '86400',
    'x-request-id': requestId,
  };
  return { status: 204, headers, body: undefined, error: undefined };
}

function refusal(problem: Problem, error: unknown, { method, requestId }: Asked): Plain {
  const body = problemBody(problem, requestId);
  const headers = {
    ...problemHeaders(problem),
    'access-control-allow-origin': '*',
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
  };
  // A client's mistake is its own; the log is for what failed here.
  const failed = problem.status >= 500 ? error : undefined;
  return { status: problem.status, headers, body: method === 'HEAD' ? undefined : body, error: failed };
}
