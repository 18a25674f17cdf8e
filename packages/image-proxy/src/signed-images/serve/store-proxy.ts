import { hash } from 'node:crypto';
import type { UpstreamDispatcher, UpstreamDispatcherOptions } from '@forebay/balancer/undici';
import type { TieredCache } from '@forebay/cache-tiers';
import {
  createReverseProxy,
  imagePreset,
  type Preset,
  type ReverseProxy,
  type ReverseProxyOptions,
  type StoredMeta,
} from '@forebay/reverse-proxy';
import type { Dispatcher } from 'undici';
import { SignedImageError } from '../errors.js';
import type { ResolvedBookOptions } from '../book/options.js';
import { keyOf, pathOf } from './image-request.js';
import { objectCheck, type ObjectCheck } from './object-check.js';
import { SignedExchange } from './signed-exchange.js';
import { ERROR_SECONDS } from './store-answers.js';

/** How images are streamed for those who do not want a redirect. */
export interface StoreProxyOptions extends Pick<
  ReverseProxyOptions,
  'lifetimes' | 'maxBodyBytes' | 'policy' | 'sendTimeout' | 'staleIfError' | 'staleWhileRevalidate' | 'via'
> {
  /** Scheme and host that all signed URLs begin with. @default the presigner's, if it says so */
  readonly origin?: string;
  /**
   * Tells stores apart in the cache: what is kept of one is not given out for another, after a change of bucket or where
   * several share a cache.
   * @default what the presigner's URLs begin with, if it says so; else `origin`
   */
  readonly store?: string;
  /** How the store is asked: time-outs, connections, outbound proxies. @default as the dispatcher's */
  readonly upstream?: Omit<UpstreamDispatcherOptions, 'origins' | 'admit'>;
  /** Where images are kept. @default nowhere */
  readonly cache?: TieredCache<StoredMeta>;
  /** Media types that the store may send. @default images, and bytes of no stated type */
  readonly contentTypes?: readonly string[];
}

const CONTENT_TYPES = ['image/*', 'application/octet-stream', 'binary/octet-stream'];

/** A caching proxy whose keys are those of the images, and which signs a URL for every request that goes up. */
export function createStoreProxy(
  name: string,
  mount: string,
  options: StoreProxyOptions,
  book: ResolvedBookOptions,
  observer: ReverseProxyOptions['observer'],
): ReverseProxy {
  const { upstream, contentTypes = CONTENT_TYPES, maxBodyBytes = Infinity, origin: _, store, ...rest } = options;
  const origin = originOf(options, book);
  const proxy = createReverseProxy({
    policy: 'override',
    ...rest,
    name: `${name}-${digest(store ?? baseOf(book) ?? origin)}`,
    mount,
    preset: presetOf(mount),
    upstreamPath: '/',
    maxBodyBytes,
    negativeTtl: ERROR_SECONDS * 1000,
    upstreams: { ...upstream, origins: [origin], admit: () => undefined },
    ...(observer === undefined ? {} : { observer }),
  });
  signRequests(proxy.upstreams, origin, book, objectCheck({ contentTypes, maxBodyBytes }));
  return proxy;
}

function originOf({ origin: given }: StoreProxyOptions, { presign }: ResolvedBookOptions): string {
  const origin = given ?? ('origin' in presign ? String(presign.origin) : undefined);
  if (origin !== undefined && URL.canParse(origin)) return new URL(origin).origin;
  throw new TypeError(`proxy.origin must be the scheme and host that signed URLs begin with, not ${origin}`);
}

const baseOf = ({ presign }: ResolvedBookOptions): string | undefined =>
  'base' in presign ? String(presign.base) : undefined;

/** Short, as it stands in every key. */
const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 8);

function presetOf(mount: string): Preset {
  return {
    ...imagePreset(),
    name: 'signed-images',
    ownProblems: true,
    // Which way an image goes out is not a part of what it is.
    canonical: ({ path }) => ({ path: pathOf(keyOf(path, mount), mount), query: '' }),
    forwardedHeaders: [],
  };
}

/** Has a dispatcher sign what it sends: the path that it is given is a key's, the one that goes up is a signed URL's. */
function signRequests(
  dispatcher: UpstreamDispatcher,
  origin: string,
  { presign, lifetime, clock }: ResolvedBookOptions,
  check: ObjectCheck,
): void {
  const send = dispatcher.dispatch.bind(dispatcher);
  dispatcher.dispatch = (options: Dispatcher.DispatchOptions, handler) => {
    const key = keyOf(options.path, '/');
    const method = options.method === 'HEAD' ? 'HEAD' : 'GET';
    const target = ({ url }: { readonly url: string }): string => {
      if (url.startsWith(`${origin}/`)) return url.slice(origin.length);
      throw new SignedImageError('FOREBAY_SIGNING_FAILED', `what was signed is not for ${origin}`);
    };
    const sign = (): string | Promise<string> => {
      const signed = presign(key, { method, lifetime, now: clock.now() });
      return signed instanceof Promise ? signed.then(target) : target(signed);
    };
    new SignedExchange(handler, sign, (path, attempt) => void send({ ...options, path }, attempt), check).start();
    return true;
  };
}
