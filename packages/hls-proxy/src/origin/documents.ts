import type { HeaderRecord } from '@forebay/cache-tiers/http';
import { Problem } from '@forebay/reverse-proxy';
import type { Dispatcher } from 'undici';
import type { Resource } from '../access/admission.js';
import { BadDocument } from './bad-document.js';
import { ACCEPTED_CODINGS, decoded } from './codings.js';
import { collect, type Collected } from './collect.js';
import { looksLikePlaylist, refusal, type Expected } from './expected.js';
import type { UpstreamGroup } from './upstream-group.js';

/** A document as the origin gave it. */
export interface OriginDocument {
  readonly status: number;
  readonly headers: HeaderRecord;
  /** Where it is, after redirects. */
  readonly url: URL;
  /** Name of the mirror that answered, if it was one of our own. */
  readonly mirror: string | undefined;
  /** Without its coding; undefined: it is something else than was asked for, and was not read. */
  readonly body: Buffer | undefined;
}

export interface DocumentRequest {
  readonly resource: Resource;
  readonly expected: Expected;
  /** How long the origin may take to begin its answer, in ms; undefined: as long as any. */
  readonly wait: number | undefined;
  /** Fields for our own upstreams: the trace of whoever asked first. */
  readonly trace: HeaderRecord;
  /** Mirrors that are of no use just now. */
  readonly avoid: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

export interface DocumentsOptions {
  readonly group: UpstreamGroup;
  /** For other hosts: refuses addresses that are nobody's business. */
  readonly foreign: Dispatcher;
  readonly maxBytes: number;
  readonly via: string;
}

/** As many as browsers' media stacks follow without complaint. */
const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** A part of it, or that it has not changed. */
const NOT_ASKED_FOR: ReadonlySet<number> = new Set([206, 304]);
const FOREIGN_TIMEOUT = 10_000;
/** ms for all redirects and the last byte, besides the time that the origin is to wait: some send a byte now and then. */
const WHOLE_TIME = 30_000;

/** Asks origins for the small documents: playlists, asset lists, steering manifests. */
export class Documents {
  readonly #options: DocumentsOptions;

  constructor(options: DocumentsOptions) {
    this.#options = options;
  }

  /**
   * Follows redirects itself: each hop is looked at anew, for whether it is on our own upstreams or on another host,
   * and on another host the connector judges the address that it comes to.
   *
   * @throws {Problem} 502 for redirects that go on, lead nowhere or elsewhere than to the web, 504 when it takes too long;
   * the dispatcher's and the connector's errors.
   */
  async fetch(request: DocumentRequest): Promise<OriginDocument> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('the time is up')), WHOLE_TIME + (request.wait ?? 0)).unref();
    try {
      return await this.#follow({ ...request, signal: AbortSignal.any([request.signal, late.signal]) });
    } catch (error) {
      if (!late.signal.aborted || request.signal.aborted) throw error;
      throw new Problem(504, 'upstream-timeout', 'the upstream took too long', { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  async #follow(request: DocumentRequest): Promise<OriginDocument> {
    const { group } = this.#options;
    let at = request.resource;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
      const { answer, mirror } = await this.#ask(at, request);
      const url = 'local' in at ? group.urlOf(at.local, mirror) : at.foreign;
      const location = answer.headers['location'];
      if (!REDIRECTS.has(answer.status) || typeof location !== 'string') {
        const { status, headers } = answer;
        if (NOT_ASKED_FOR.has(status))
          throw new BadDocument(mirror, `the upstream answered ${status} to a plain request`);
        const body = answer.body && (await this.#decoded(answer.body, headers, mirror));
        return { status, headers, url, mirror, body };
      }
      at = group.locate(redirected(location, url));
    }
    throw new Problem(502, 'upstream-failed', `the upstream redirects more than ${MAX_REDIRECTS} times`);
  }

  async #decoded(body: Buffer, headers: HeaderRecord, mirror: string | undefined): Promise<Buffer> {
    try {
      return await decoded(body, headers, this.#options.maxBytes);
    } catch (error) {
      throw new BadDocument(mirror, 'what came cannot be decoded, or is too long', error);
    }
  }

  async #ask(
    at: Resource,
    request: DocumentRequest,
  ): Promise<{ readonly answer: Collected; readonly mirror: string | undefined }> {
    const { group, foreign, maxBytes, via } = this.#options;
    const { expected, wait, signal } = request;
    const common = {
      method: 'GET' as const,
      headers: { accept: '*/*', 'accept-encoding': ACCEPTED_CODINGS, via },
      ...(wait === undefined ? {} : { headersTimeout: wait }),
    };
    const wants = (status: number, headers: HeaderRecord, first: Buffer | undefined): boolean =>
      status !== 200 || expected === 'json' || looksLikePlaylist(headers, first);
    if ('foreign' in at) {
      const { origin, pathname, search } = at.foreign;
      const options = { headersTimeout: FOREIGN_TIMEOUT, ...common, origin, path: pathname + search };
      const answer = await collect((handler) => void foreign.dispatch(options, handler), { maxBytes, signal, wants });
      return { answer, mirror: undefined };
    }
    let mirror: string | undefined;
    const options = {
      ...common,
      headers: { ...common.headers, ...request.trace },
      origin: 'http://upstream.invalid',
      path: at.local,
      maxRedirects: 0,
      ...(wait === undefined ? {} : { deadline: wait }),
      admit: (head: { statusCode: number; headers: HeaderRecord; origin: string }, first: Buffer | undefined) => {
        mirror = head.origin;
        return refusal(expected, head.statusCode, head.headers, first);
      },
    };
    const steered = wait === undefined ? group.prompt : group.blocking;
    const send = (handler: Dispatcher.DispatchHandler): void => steered.dispatch(options, handler, request.avoid);
    return { answer: await collect(send, { maxBytes, signal, wants }), mirror };
  }
}

function redirected(location: string, from: URL): URL {
  if (URL.canParse(location, from.href)) {
    const url = new URL(location, from);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  }
  throw new Problem(502, 'upstream-failed', 'the upstream redirects to what is no web address');
}
