import { describe, expect, it } from 'vitest';
import type { StoreConfig } from '../../src/config/store-config.js';
import { presignerOf } from '../../src/parts/signed-images.js';
import { bucketUrl } from '../../src/parts/store-route.js';

const store = (more: Partial<StoreConfig>): StoreConfig => ({
  endpoint: 'https://s3.eu-central-1.amazonaws.com',
  region: 'eu-central-1',
  bucket: 'pictures-1',
  accessKeyId: 'id',
  secretAccessKey: 'secret',
  provider: 's3',
  pathStyle: false,
  ...more,
});
const begins = async (config: StoreConfig): Promise<string> =>
  (await presignerOf(config)('a.png', { lifetime: 1000, now: 0 })).url.split('?', 1)[0] ?? '';

describe('the store of the configuration', () => {
  it.each([
    [{}, 'https://pictures-1.s3.eu-central-1.amazonaws.com/a.png'],
    [
      { endpoint: 'https://pictures-1.s3.eu-central-1.amazonaws.com' },
      'https://pictures-1.s3.eu-central-1.amazonaws.com/a.png',
    ],
    [{ endpoint: 'http://minio:9000', pathStyle: true }, 'http://minio:9000/pictures-1/a.png'],
    [{ endpoint: 'http://minio:9000/behind/', pathStyle: true }, 'http://minio:9000/behind/pictures-1/a.png'],
    [
      { provider: 'cos', endpoint: 'https://cos.ap-guangzhou.myqcloud.com', region: 'ap-guangzhou' },
      'https://pictures-1.cos.ap-guangzhou.myqcloud.com/a.png',
    ],
    [
      { provider: 'cos', endpoint: 'https://pictures-1.cos.ap-guangzhou.myqcloud.com', region: 'ap-guangzhou' },
      'https://pictures-1.cos.ap-guangzhou.myqcloud.com/a.png',
    ],
  ] satisfies [Partial<StoreConfig>, string][])('of %o has its objects below %s', async (more, url) => {
    expect(await begins(store(more))).toBe(url);
    expect(presignerOf(store(more)).origin).toBe(bucketUrl(store(more))?.origin);
  });
});
