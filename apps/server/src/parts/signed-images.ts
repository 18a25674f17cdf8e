import {
  cosPresigner,
  createSignedImages,
  s3Presigner,
  type Presigner,
  type SignedImages,
  type SignedImagesOptions,
} from '@forebay/image-proxy/signed-images';
import { createUpstreamDispatcher } from '@forebay/balancer/undici';
import { imagesEndpoint } from '../api/proxied-images.js';
import type { Config } from '../config/config.js';
import type { StoreConfig } from '../config/store-config.js';
import type { Logger } from '../log/logger.js';
import type { Bus } from '../process/messages.js';
import { imageUrlRoutes, openImageUrlRoutes } from '../routes/image-urls.js';
import { VERSION } from '../version.js';
import type { Feature, FeatureContext } from './feature.js';
import { outboundProxies, upstreamOptions } from './proxies.js';
import { logSignedUrlTrouble } from './signed-url-trouble.js';
import { bucketUrl, storeRoute } from './store-route.js';
import { openBook } from './url-book.js';

const MAX_IMAGE_BYTES = 128 * 1024 * 1024;

/** Signs URLs of the configured store. */
export function presignerOf(store: StoreConfig): Presigner {
  const { accessKeyId = '', secretAccessKey = '', bucket = '', pathStyle, region } = store;
  const credentials = { accessKeyId, secretAccessKey };
  const url = bucketUrl(store);
  if (url === undefined) throw new TypeError('there is no store to sign URLs of');
  if (store.provider === 'cos') return cosPresigner({ bucket, region: region ?? '', endpoint: url, credentials });
  // The presigner puts the bucket where it belongs.
  const endpoint = pathStyle ? url : new URL(url.href.replace(`//${bucket}.`, '//'));
  return s3Presigner({ endpoint, bucket, credentials, pathStyle, ...(region === undefined ? {} : { region }) });
}

/** Signed images of a process that serves none of them: it refreshes, and asks the store whether what it signed works. */
export async function openSignedImages(
  config: Config,
  logger: Logger,
  bus?: Bus,
): Promise<Pick<SignedImages, 'refresh' | 'refreshDue' | 'cleanUp' | 'close'>> {
  const opened = await openBook(config, bus);
  const presign = presignerOf(config.store);
  const dispatcher = createUpstreamDispatcher({
    origins: [presign.origin],
    headersTimeout: config.upstream.requestTimeout,
    proxy: outboundProxies(config.upstream),
  });
  const images = createSignedImages({ ...optionsOf(config, presign, opened.book, logger), verify: { dispatcher } });
  return {
    refresh: (key, options) => images.refresh(key, options),
    refreshDue: (options) => images.refreshDue(options),
    cleanUp: () => images.cleanUp(),
    async close() {
      await images.close();
      await dispatcher.close();
      await opened.close();
    },
  };
}

/** `/api/v1/images/*` and `/api/v1/image-urls` of a worker. Without a store they say so. */
export async function signedImagesFeature(context: FeatureContext): Promise<Feature> {
  const { bus, cache, config, logger, observer, shares } = context;
  const route = storeRoute(config);
  if (route === undefined) return without();
  const opened = await openBook(config, bus);
  const presign = presignerOf(config.store);
  const { image } = config.cache.lifetimes;
  const images = createSignedImages({
    ...optionsOf(config, presign, opened.book, logger),
    name: route.name,
    mount: route.mount,
    observer: observer(route.name),
    proxy: {
      upstream: upstreamOptions(config, shares),
      ...(cache === undefined ? {} : { cache }),
      lifetimes: { image: { memory: image.memory, ttl: image.l2 } },
      maxBodyBytes: MAX_IMAGE_BYTES,
      via: `forebay (Forebay/${VERSION})`,
    },
  });
  const { proxy } = images;
  if (proxy === undefined) throw new TypeError('signed images were made without their proxy');
  const close = async (): Promise<void> => {
    await images.close();
    await opened.close();
  };
  return {
    mounted: {
      route,
      proxy: {
        upstreams: proxy.upstreams,
        listener: (incoming, response) => images.listener(incoming, response),
        handle: (incoming, response) => images.handle(incoming, response),
        close,
      },
    },
    proxied: [imagesEndpoint],
    routes: (app) => imageUrlRoutes(app, images),
    openRoutes: (app) => openImageUrlRoutes(app, images),
    close: async () => undefined,
  };
}

function without(): Feature {
  return {
    routes: (app) => imageUrlRoutes(app, undefined),
    openRoutes: (app) => openImageUrlRoutes(app, undefined),
    close: async () => undefined,
  };
}

function optionsOf(
  { signedImages }: Config,
  presign: Presigner,
  book: NonNullable<SignedImagesOptions['book']>,
  logger: Logger,
): SignedImagesOptions {
  return {
    presign,
    book,
    lifetime: signedImages.lifetime,
    refreshBefore: signedImages.refreshBefore,
    onError: logSignedUrlTrouble(logger),
  };
}
