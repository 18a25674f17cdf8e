import type { UpstreamDispatcher } from '@forebay/balancer/undici';
import type { EntryHead, Opened, TieredCache } from '@forebay/cache-tiers';
import {
  decide,
  lifetimes,
  mayServeOnError,
  varyKey,
  wantsOnlyIfCached,
  type ForwardReason,
  type HeaderRecord,
  type Lifetimes,
} from '@forebay/cache-tiers/http';
import type { Answer, ProxyRequest } from './answer.js';
import { assemble } from './assemble.js';
import { cacheKey, partitionsOf, rangeKey, variantKey } from './cache-key.js';
import { asForwarded, forwardedHeaders, sendsUp } from './forward.js';
import type { ResolvedOptions } from './options.js';
import { passThrough } from './pass-through.js';
import { createPolicies } from './policies.js';
import type { Presentation } from './presentation.js';
import { Problem } from './problem.js';
import type { Target } from './target.js';
import { upstreamTarget } from './upstream-target.js';
import { load, type Part } from './upstream/load.js';
import { partOf } from './wanted-part.js';
import type { StoredMeta } from './upstream/stored-meta.js';

/** GET and HEAD by way of the cache. */
export class CachedReads {
  readonly #options: ResolvedOptions;
  readonly #dispatcher: UpstreamDispatcher;
  readonly #cache: TieredCache<StoredMeta>;
  readonly #presentation: Presentation;
  readonly #policyOf: ReturnType<typeof createPolicies>;

  constructor(
    options: ResolvedOptions,
    dispatcher: UpstreamDispatcher,
    cache: TieredCache<StoredMeta>,
    presentation: Presentation,
  ) {
    this.#options = options;
    this.#dispatcher = dispatcher;
    this.#cache = cache;
    this.#presentation = presentation;
    this.#policyOf = createPolicies(options);
  }

  /** Answers a GET; rejects with what went wrong upstream. */
  async get(request: ProxyRequest, target: Target): Promise<Answer> {
    const read = this.#reading(request, target);
    if (wantsOnlyIfCached(read.head)) return this.#onlyIfCached(read);
    const part = this.#options.preset.ranges === 'apart' ? partOf(request) : undefined;
    if (part !== undefined) return this.#part(read, part);
    let opened = await this.#open(read, read.key);
    const { vary } = opened.head.metadata;
    if (vary !== undefined && opened.state !== 'passed') {
      const selected = varyKey(vary.names, read.selecting);
      if (selected !== vary.key) {
        if (opened.body.bytes === undefined) opened.body.reader().cancel();
        read.forwarded = 'vary-miss';
        opened = await this.#open(read, variantKey(read.key, selected));
      }
    }
    return assemble(request, opened, { ...this.#presentation, forwarded: read.forwarded });
  }

  /** Answers a HEAD from the cache; undefined when it must go up. */
  async head(request: ProxyRequest, target: Target): Promise<Answer | undefined> {
    const read = this.#reading(request, target);
    const opened = await this.#find(read);
    if (opened && this.#decide(read, opened.head) === 'fresh') return assemble(request, opened, this.#presentation);
    opened?.body.reader().cancel();
    if (wantsOnlyIfCached(read.head)) throw notCached();
    return undefined;
  }

  /** The stale copy that may stand in for a failed HEAD, if there is one. */
  async staleHead(request: ProxyRequest, target: Target, error: unknown): Promise<Answer | undefined> {
    const read = this.#reading(request, target);
    const opened = await this.#find(read);
    if (!opened) return undefined;
    if (this.#mayStandIn(read, opened.head))
      return assemble(request, { ...opened, state: 'stale', error }, this.#presentation);
    opened.body.reader().cancel();
    return undefined;
  }

  /** Drops what is stored for a target, all of its variants included. */
  async invalidate(target: Target): Promise<void> {
    const key = cacheKey(this.#options.name, this.#options.preset, target, {});
    await this.#cache.purge({ keys: [key], prefix: partitionsOf(key) });
  }

  #reading(request: ProxyRequest, target: Target): Reading {
    const { preset, name } = this.#options;
    const credentials = preset.credentials(target, request.headers);
    // Where the key keeps credentials apart by the preset's own rule, or they stay here, RFC 9111 section 3.5 has nothing
    // left to protect.
    const harmless =
      credentials === undefined ? !sendsUp(preset, 'authorization') : this.#options.policy === 'override';
    const clientHeaders = harmless ? withoutAuthorization(request.headers) : request.headers;
    return {
      request,
      target,
      key: cacheKey(name, preset, target, request.headers),
      selecting: asForwarded(preset, request.headers),
      head: { method: request.method, url: request.target, headers: clientHeaders },
      hasCredentials: credentials !== undefined,
      forwarded: this.#options.cache === undefined ? 'bypass' : undefined,
    };
  }

  /** A part of what is stored, or else that part alone. */
  async #part(read: Reading, part: Part | 'any'): Promise<Answer> {
    const { request, target } = read;
    const whole = await this.#find(read);
    if (whole !== undefined && this.#decide(read, whole.head) !== 'revalidate')
      return assemble(request, whole, this.#presentation);
    whole?.body.reader().cancel();
    if (part === 'any')
      return (await passThrough(this.#options, this.#dispatcher, this.#presentation, request, target)).answer;
    const opened = await this.#open(read, rangeKey(read.key, part.start, part.end), part);
    // An upstream that knows no ranges sends the whole.
    return assemble(request, opened, { ...this.#presentation, forwarded: read.forwarded });
  }

  #open(read: Reading, key: string, range?: Part): Opened<StoredMeta> | Promise<Opened<StoredMeta>> {
    const { preset } = this.#options;
    const { request, target } = read;
    const path = upstreamTarget(this.#options, target, read.hasCredentials);
    return this.#cache.getOrSet(
      key,
      (context) =>
        load(
          {
            dispatcher: this.#dispatcher,
            path,
            headers: forwardedHeaders(preset, request.headers, {
              requestId: request.requestId,
              via: this.#options.via,
              shared: true,
            }),
            clientHeaders: read.head.headers,
            selecting: read.selecting,
            policyFor: (contentType) => this.#policyOf(target, contentType),
            inform: request.inform,
            maxBodyBytes: this.#options.maxBodyBytes,
            cacheable: this.#options.cache !== undefined,
            redirects: this.#options.redirects,
            retryMissingAfter: request.retryMissingAfter,
            range,
          },
          context,
        ),
      {
        signal: request.signal,
        decide: (head, now) => this.#decide(read, head, now),
        mayServeOnError: (head, now) => this.#mayStandIn(read, head, now),
      },
    );
  }

  async #onlyIfCached(read: Reading): Promise<Answer> {
    const opened = await this.#find(read);
    if (opened && this.#decide(read, opened.head) !== 'revalidate')
      return assemble(read.request, opened, this.#presentation);
    opened?.body.reader().cancel();
    throw notCached();
  }

  /** The stored representation that this request selects, fresh or stale. */
  async #find(read: Reading): Promise<Opened<StoredMeta> | undefined> {
    const opened = await this.#cache.get(read.key, { signal: read.request.signal });
    const vary = opened?.head.metadata.vary;
    if (opened === undefined || vary === undefined) return opened;
    const selected = varyKey(vary.names, read.selecting);
    if (selected === vary.key) return opened;
    opened.body.reader().cancel();
    return this.#cache.get(variantKey(read.key, selected), { signal: read.request.signal });
  }

  #decide(
    read: Reading,
    head: EntryHead<StoredMeta>,
    now = Date.now(),
  ): 'fresh' | 'stale-while-revalidate' | 'revalidate' {
    const stored = head.metadata;
    // Another representation than the one asked for: it is fine where it is, and its key's turn is next.
    if (stored.vary !== undefined && varyKey(stored.vary.names, read.selecting) !== stored.vary.key) return 'fresh';
    const decision = decide(
      read.head,
      stored,
      lifetimesOf(head),
      this.#policyOf(read.target, contentTypeOf(stored)).policy,
      now,
    );
    if (decision !== 'revalidate' && decision !== 'gateway-timeout') return decision;
    read.forwarded = now < head.freshUntil ? 'request' : 'stale';
    return 'revalidate';
  }

  #mayStandIn(read: Reading, head: EntryHead<StoredMeta>, now = Date.now()): boolean {
    const stored = head.metadata;
    const { policy } = this.#policyOf(read.target, contentTypeOf(stored));
    // It may have been kept for longer than that, to be validated.
    const allowed = lifetimes(stored, policy, now).staleIfErrorUntil;
    const staleIfErrorUntil = Math.min(head.staleIfErrorUntil, allowed);
    return mayServeOnError(stored, { ...lifetimesOf(head), staleIfErrorUntil }, read.head, now);
  }
}

interface Reading {
  readonly request: ProxyRequest;
  readonly target: Target;
  readonly key: string;
  readonly selecting: HeaderRecord;
  readonly head: { readonly method: string; readonly url: string; readonly headers: HeaderRecord };
  readonly hasCredentials: boolean;
  /** Why it goes up, if it does and there is more to say than that nothing was stored. */
  forwarded: ForwardReason | undefined;
}

const notCached = (): Problem =>
  new Problem(504, 'not-cached', 'the request wants a stored answer only, and there is none');

const lifetimesOf = (head: EntryHead<StoredMeta>): Lifetimes => ({
  freshUntil: head.freshUntil,
  staleWhileRevalidateUntil: head.staleWhileRevalidateUntil,
  staleIfErrorUntil: head.staleIfErrorUntil,
});

function contentTypeOf(stored: StoredMeta): string | undefined {
  const value = stored.headers['content-type'];
  return typeof value === 'string' ? value : value?.[0];
}

function withoutAuthorization(headers: HeaderRecord): HeaderRecord {
  const { authorization: _, ...rest } = headers;
  return rest;
}
