import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, type Config } from '../../src/config/index.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'forebay-config-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const S3 = {
  STORE_ENDPOINT: 'http://minio:9000',
  STORE_BUCKET: 'pictures',
  STORE_ACCESS_KEY_ID: 'id',
  STORE_SECRET_ACCESS_KEY: 'a-secret',
};
const COS = { ...S3, STORE_PROVIDER: 'cos', STORE_BUCKET: 'pictures-1', STORE_REGION: 'ap-guangzhou' };

const load = async (env: Record<string, string>): Promise<Config> =>
  (await loadConfig({ env, cwd, terminal: false })).config;
const problemsOf = async (env: Record<string, string>): Promise<string[]> => {
  const error: unknown = await load(env).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof ConfigError ? error.problems.map(({ name, wanted }) => `${name} ${wanted}`) : [];
};

describe('the object store', () => {
  it('makes an end of sample mode, and keeps the bucket in the path but for AWS and Tencent', async () => {
    expect(await load(S3)).toMatchObject({ sample: false, store: { bucket: 'pictures', pathStyle: true } });
    const aws = { ...S3, STORE_ENDPOINT: 'https://s3.eu-central-1.amazonaws.com' };
    expect((await load(aws)).store.pathStyle).toBe(false);
    expect((await load({ ...aws, STORE_PATH_STYLE: 'true' })).store.pathStyle).toBe(true);
    expect((await load({ ...S3, STORE_ENDPOINT: 'https://evil-amazonaws.com' })).store.pathStyle).toBe(true);
  });

  it('must be whole', async () => {
    expect(await problemsOf({ STORE_ENDPOINT: 'http://minio:9000', STORE_PROVIDER: 'cos' })).toEqual([
      'STORE_BUCKET must be set when STORE_ENDPOINT is',
      'STORE_ACCESS_KEY_ID must be set when STORE_ENDPOINT is',
      'STORE_SECRET_ACCESS_KEY must be set when STORE_ENDPOINT is',
      'STORE_REGION must be set when STORE_ENDPOINT is',
    ]);
  });

  it('has URLs refreshed a quarter of a short life ahead', async () => {
    const { signedImages } = await load({ ...S3, SIGNED_URL_TTL: '600' });
    expect(signedImages).toEqual({ lifetime: 600_000, refreshBefore: 150_000 });
  });

  it.each([
    [{ ...S3, STORE_BUCKET: 'a/b' }, /^STORE_BUCKET/],
    [{ ...S3, STORE_ENDPOINT: 'http://minio:9000?x=1' }, /^STORE_ENDPOINT/],
    [{ ...COS, STORE_BUCKET: 'pictures' }, /^STORE_BUCKET .*1250000000/],
    [{ ...COS, STORE_REGION: 'Guangzhou!' }, /^STORE_REGION/],
    [{ ...COS, STORE_ENDPOINT: 'https://cos.ap-guangzhou.myqcloud.com/x' }, /^STORE_ENDPOINT/],
    [{ ...S3, SIGNED_URL_TTL: '8d' }, /^SIGNED_URL_TTL.*at most 604800000 ms/],
    [{ ...S3, SIGNED_URL_TTL: '600', SIGNED_URL_REFRESH_BEFORE: '600' }, /^SIGNED_URL_REFRESH_BEFORE/],
  ])('is refused where it cannot work: %o', async (env, message) => {
    const problems = await problemsOf(env);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
    expect(problems[0]).not.toContain('a-secret');
  });
});
