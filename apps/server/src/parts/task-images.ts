import {
  cosPresigner,
  createSignedImages,
  s3Presigner,
  type BookStore,
  type Presign,
} from '@forebay/image-proxy/signed-images';
import type { Config, RedisConfig } from '../config/config.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../log/logger.js';
import { connectionOptions } from './shared-tiers.js';
import type { TaskImages } from './task-handlers.js';

/** Signed images for a process that works on them and serves nothing. */
export async function openTaskImages(config: Config, logger: Logger): Promise<TaskImages & { close(): Promise<void> }> {
  const shared = config.redis && (await redisBook(config.redis));
  const images = createSignedImages({
    presign: presignerOf(config.store),
    ...(shared === undefined ? {} : { book: shared.book }),
    ...config.signedImages,
    onError: (error) => logger.warn({ event: 'signed_images', error: messageOf(error) }, 'trouble with signed images'),
  });
  return {
    refresh: (key, options) => images.refresh(key, options),
    refreshDue: (options) => images.refreshDue(options),
    cleanUp: () => images.cleanUp(),
    async close() {
      await images.close();
      await shared?.close();
    },
  };
}

async function redisBook(redis: RedisConfig): Promise<{ readonly book: BookStore; close(): Promise<void> }> {
  const [{ redisConnection }, { redisBookStore }] = await Promise.all([
    import('@forebay/cache-tiers/redis'),
    import('@forebay/image-proxy/signed-images/redis'),
  ]);
  const connection = redisConnection(connectionOptions(redis));
  return { book: redisBookStore({ connection }), close: () => connection.close() };
}

function presignerOf(store: Config['store']): Presign {
  const { endpoint = '', region = 'us-east-1', bucket = '', accessKeyId = '', secretAccessKey = '' } = store;
  const credentials = { accessKeyId, secretAccessKey };
  return store.provider === 'cos'
    ? cosPresigner({ endpoint, region, bucket, credentials })
    : s3Presigner({ endpoint, region, bucket, credentials, pathStyle: true });
}
