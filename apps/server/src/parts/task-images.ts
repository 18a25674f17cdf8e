import { createSignedImages, cosPresigner, s3Presigner, type Presign } from '@forebay/image-proxy/signed-images';
import type { Config } from '../config/config.js';
import type { Logger } from '../log/logger.js';
import { messageOf } from '../errors.js';
import type { TaskImages } from './task-handlers.js';

/** Signed images for a process that serves nothing: their book is in Redis. */
export async function openTaskImages(config: Config, logger: Logger): Promise<TaskImages & { close(): Promise<void> }> {
  const [{ redisConnection }, { redisBookStore }, { connectionOptions }] = await Promise.all([
    import('@forebay/cache-tiers/redis'),
    import('@forebay/image-proxy/signed-images/redis'),
    import('./shared-tiers.js'),
  ]);
  if (config.redis === undefined) throw new TypeError('the book is in Redis');
  const connection = redisConnection(connectionOptions(config.redis));
  const images = createSignedImages({
    presign: presignerOf(config.store),
    book: redisBookStore({ connection }),
    ...config.signedImages,
    onError: (error) => logger.warn({ event: 'signed_images', error: messageOf(error) }, 'trouble with signed images'),
  });
  return {
    refresh: (key, options) => images.refresh(key, options),
    refreshDue: (options) => images.refreshDue(options),
    cleanUp: () => images.cleanUp(),
    async close() {
      await images.close();
      await connection.close();
    },
  };
}

function presignerOf(store: Config['store']): Presign {
  const { endpoint = '', region = 'us-east-1', bucket = '', accessKeyId = '', secretAccessKey = '' } = store;
  const credentials = { accessKeyId, secretAccessKey };
  return store.provider === 'cos'
    ? cosPresigner({ endpoint, region, bucket, credentials })
    : s3Presigner({ endpoint, region, bucket, credentials, pathStyle: true });
}
