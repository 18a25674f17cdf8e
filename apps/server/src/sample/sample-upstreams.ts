import { createApiListener } from './api-server.js';
import type { BehaviourName } from './behaviour.js';
import { createBehaviour } from './behaviour.js';
import { backdropPath, films, posterPath } from './films.js';
import { Gallery } from './gallery.js';
import { createHlsListener, createHlsOrigin, loadSampleMedia } from './hls/index.js';
import { createImageListener } from './image-server.js';
import type { LoopbackServer } from './loopback-server.js';
import { listenOnLoopback } from './loopback-server.js';
import { createObjectStore, type StoreAccount } from './store/index.js';

export interface SampleImageServer {
  readonly name: string;
  readonly url: string;
  readonly behaviour: BehaviourName;
}

/** The sample upstreams while they run, all on free ports of the loopback interface. */
export interface SampleUpstreams {
  /** Three image hosts with the same pictures: a quick one, a slow one (150 to 400 ms more), one that fails three times in ten. */
  readonly images: readonly SampleImageServer[];
  /** A small picture that all image hosts have: what health probes ask for. */
  readonly probePath: string;
  /** A JSON API in the shape of TMDB's, and the key that it wants. */
  readonly api: { readonly name: string; readonly url: string; readonly apiKey: string };
  /** Two mirrors of the same streams, on demand and live. */
  readonly hls: readonly { readonly name: string; readonly url: string }[];
  /** A strict object store, and the account that it takes signatures of. */
  readonly store: StoreAccount & { readonly url: string; readonly bucket: string };
  /** Paths below the proxy that are worth a look. */
  readonly links: readonly { readonly title: string; readonly path: string }[];
  close(): Promise<void>;
}

export interface SampleUpstreamsOptions {
  /** Closes the servers when aborted. */
  readonly signal?: AbortSignal;
  /**
   * Decides which requests are slowed down or fail.
   * @default 1
   */
  readonly seed?: number;
  /**
   * Bytes of drawn pictures kept, for all servers together.
   * @default 33554432
   */
  readonly galleryBytes?: number;
}

const API_KEY = 'sample-api-key';
/** Nothing secret: it opens the sample store and nothing else. */
const STORE_ACCOUNT: StoreAccount = {
  accessKeyId: 'sample-key-id',
  secretAccessKey: 'sample-secret-key',
  region: 'sample-1',
};
const HLS_MIRRORS = ['sample-hls-a', 'sample-hls-b'];
const BEHAVIOURS: readonly BehaviourName[] = ['quick', 'slow', 'flaky'];

export async function startSampleUpstreams(options: SampleUpstreamsOptions = {}): Promise<SampleUpstreams> {
  options.signal?.throwIfAborted();
  const gallery = new Gallery(options.galleryBytes ?? 32 * 1024 * 1024);
  const servers: LoopbackServer[] = [];
  const start = async (listener: Parameters<typeof listenOnLoopback>[0]): Promise<string> => {
    const server = await listenOnLoopback(listener);
    servers.push(server);
    return server.url;
  };
  const images: SampleImageServer[] = [];
  for (const behaviour of BEHAVIOURS) {
    const listener = createImageListener(gallery, createBehaviour(behaviour, options.seed ?? 1));
    images.push({ name: `sample-${behaviour}`, url: await start(listener), behaviour });
  }
  const api = { name: 'sample-api', url: await start(createApiListener(API_KEY)), apiKey: API_KEY };
  const streams = createHlsListener(createHlsOrigin(await loadSampleMedia()));
  const hls: SampleUpstreams['hls'][number][] = [];
  for (const name of HLS_MIRRORS) hls.push({ name, url: await start(streams) });
  const bucket = 'pictures';
  const store = {
    ...STORE_ACCOUNT,
    bucket,
    url: await start(createObjectStore({ bucket, account: STORE_ACCOUNT, gallery })),
  };

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= Promise.all(servers.map((server) => server.close())).then(() => undefined));
  const closeOnAbort = (): void => void close();
  if (options.signal?.aborted === true) await close();
  options.signal?.addEventListener('abort', closeOnAbort, { once: true });
  return { images, probePath: `/t/p/w92${posterPath(films[0]!)}`, api, hls, store, links, close };
}

const links: SampleUpstreams['links'] = [
  ...films.slice(0, 4).map((film) => ({ title: film.title, path: `/t/p/w500${posterPath(film)}` })),
  { title: 'a backdrop', path: `/t/p/w1280${backdropPath(films[1]!)}` },
  { title: 'in two colours', path: `/t/p/w780_filter(duotone,ffe3b0,1d1b45)${posterPath(films[14]!)}` },
  { title: 'popular films', path: '/3/movie/popular' },
  { title: 'one film', path: `/3/movie/${films[0]!.id}` },
  { title: 'search', path: '/3/search/movie?query=the' },
  { title: 'a signed image', path: '/api/v1/images/posters/1.png' },
  { title: 'the same, streamed', path: '/api/v1/images/posters/1.png?mode=proxy' },
  { title: 'a stream on demand', path: '/hls/vod/main.m3u8' },
  { title: 'a live stream', path: '/hls/live/main.m3u8' },
];
