import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, type LoadedConfig, type LoadOptions, type Problem } from '../../src/config/index.js';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'forebay-config-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const load = (env: Record<string, string> = {}, more: Partial<LoadOptions> = {}): Promise<LoadedConfig> =>
  loadConfig({ env, cwd, terminal: false, ...more });

const write = (name: string, content: unknown): Promise<void> =>
  writeFile(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content));

const problemsOf = async (
  env: Record<string, string>,
  more: Partial<LoadOptions> = {},
): Promise<readonly Problem[]> => {
  const error: unknown = await load(env, more).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error('the configuration is valid');
  expect(error.code).toBe('FOREBAY_CONFIG_INVALID');
  return error.problems;
};

const sourceOf = ({ entries }: LoadedConfig, variable: string): unknown =>
  entries.find((entry) => entry.variable === variable)?.source;

describe('the sources of a value', () => {
  it('count in the order flags, environment, .env, configuration file, defaults', async () => {
    await write('forebay.config.json', { port: 4004, host: 'file', logLevel: 'warn', cacheDir: 'from-file' });
    await write('.env', 'PORT=4003\nHOST=dotenv\nLOG_LEVEL=error\n');
    const loaded = await load({ PORT: '4002', HOST: 'env' }, { flags: { PORT: '4001' } });
    expect(loaded.config.server).toMatchObject({ port: 4001, host: 'env' });
    expect(loaded.config.log.level).toBe('error');
    expect(loaded.config.disk.directory).toBe(join(cwd, 'from-file'));
    const variables = ['PORT', 'HOST', 'LOG_LEVEL', 'CACHE_DIR', 'CACHE_TTL'];
    expect(variables.map((name) => sourceOf(loaded, name))).toEqual(['flag', 'env', '.env', 'file', 'default']);
  });

  it('are passed over where they are empty', async () => {
    await write('.env', 'PORT=4003');
    expect((await load({ PORT: '' })).config.server.port).toBe(4003);
  });

  it('can be files that variables name, without the last line break', async () => {
    await write('key.txt', 'open sesame\n');
    const loaded = await load({ API_KEY_FILE: 'key.txt' });
    expect(loaded.config.server.apiKey).toBe('open sesame');
    expect(loaded.entries.find(({ variable }) => variable === 'API_KEY')).toMatchObject({
      value: '[redacted]',
      source: 'env:API_KEY_FILE',
    });
  });

  it('can be a TypeScript file, read anew each time', async () => {
    const file = (port: number) => `
      import { defineConfig } from '@forebay/server';
      const port: number = ${port};
      export default defineConfig({ port, imageMemoryTtl: '1h', trustProxy: ['10.0.0.0/8', '::1'] });`;
    await write('forebay.config.ts', file(4100));
    const { config } = await load();
    expect(config.server).toMatchObject({ port: 4100, trustProxy: ['10.0.0.0/8', '::1'] });
    expect(config.cache.lifetimes.image.memory).toBe(3_600_000);
    await write('forebay.config.ts', file(4200));
    expect((await load()).config.server.port).toBe(4200);
  });
});

describe('values', () => {
  it('have the units of their variables', async () => {
    const { config } = await load({
      IMAGE_DISK_TTL: '10080',
      REDIS_READ_TIMEOUT: '0.1',
      DISK_CACHE_BYTES: '64MB',
      CACHE_TTL: '15m',
      USE_REDIS: 'yes',
      REDIS_CLUSTER_NODES: 'redis1:7000, redis2,[::1]:7001',
    });
    expect(config.cache.lifetimes.image.l2).toBe(7 * 86_400_000);
    expect(config.cache.lifetimes.other.memory).toBe(900_000);
    expect(config.disk.bytes).toBe(67_108_864);
    expect(config.redis).toMatchObject({
      readTimeout: 100,
      nodes: [
        { host: 'redis1', port: 7000 },
        { host: 'redis2', port: 6379 },
        { host: '::1', port: 7001 },
      ],
    });
  });

  it('let the log follow the terminal and NO_COLOR', async () => {
    expect((await load()).config.log).toMatchObject({ format: 'json', colour: false });
    expect((await load({}, { terminal: true })).config.log).toMatchObject({ format: 'pretty', colour: true });
    expect((await load({ NO_COLOR: '1' }, { terminal: true })).config.log.colour).toBe(false);
  });

  it('take an outbound proxy with or without its scheme, under either spelling', async () => {
    const { config } = await load({ http_proxy: 'proxy.example:3128', HTTPS_PROXY: 'http://u:p@proxy.example' });
    expect(config.upstream).toMatchObject({
      httpProxy: 'http://proxy.example:3128',
      httpsProxy: 'http://u:p@proxy.example',
    });
  });

  it('survive being sent to another process', async () => {
    const { config } = await load({ UPSTREAM_SERVERS: 'https://a.example' });
    expect(structuredClone(config)).toEqual(config);
  });
});

describe('problems', () => {
  it('are all listed at once, secrets redacted', async () => {
    await write('forebay.config.json', {
      cacheDirr: '/x',
      routes: [{ mount: 'covers', kind: 'custom', upstreams: [] }],
    });
    const problems = await problemsOf({
      PORT: '70000',
      API_KEY_FILE: 'nowhere',
      CACHE_TTL: 'for ever',
      UPSTREAM_SERVERS: 'https://user:secret@a.example,https://b.example wait=1',
      TRUST_PROXY: '10.0.0.0/33',
      MEMORY_CACHE_BYTES: 'lots',
      USE_REDIS: 'true',
    });
    expect(problems.map(({ name }) => name)).toEqual([
      'PORT',
      'API_KEY',
      'TRUST_PROXY',
      'UPSTREAM_SERVERS',
      'CACHE_TTL',
      'MEMORY_CACHE_BYTES',
      'cacheDirr',
      'routes.0.mount',
      'routes.0.upstreams',
      'USE_REDIS',
    ]);
    expect(problems.map(({ wanted }) => wanted).join('\n')).toContain('did you mean cacheDir?');
    expect(JSON.stringify(problems)).not.toContain('secret');
  });

  it('names every item of a list that is wrong', async () => {
    const [problem] = await problemsOf({
      UPSTREAM_SERVERS: 'ftp://a.example,https://b.example,https://c.example wait=1',
    });
    expect(problem?.wanted).toMatch(/item 1 is not; and .*item 3 is not/);
  });

  it.each([
    [{ PORT: '3000', MANAGEMENT_PORT: '3000' }, 'MANAGEMENT_PORT'],
    [{ UPSTREAM_TYPE: 'custom' }, 'UPSTREAM_SERVERS'],
    [{ UPSTREAM_SERVERS: 'https://a.example,https://a.example/' }, 'upstreams of tmdb-image'],
    [{ USE_REDIS: 'true', REDIS_HOST: 'a', REDIS_CLUSTER_NODES: 'b:1' }, 'REDIS_HOST'],
    [{ REDIS_POOL_SIZE: '1' }, 'REDIS_MIN_IDLE_CONNS'],
    [{ SIGNED_URL_TTL: '10m', SIGNED_URL_REFRESH_BEFORE: '10m' }, 'SIGNED_URL_REFRESH_BEFORE'],
    [{ API_KEY: 'a', API_KEY_FILE: 'b' }, 'API_KEY'],
    [{ UPSTREAM_SERVERS: 'https://a.example priority=0' }, 'UPSTREAM_SERVERS'],
    [{ UPSTREAM_SERVERS: 'https://a.example weight=x' }, 'UPSTREAM_SERVERS'],
  ])('include what %j means together', async (env, name) => {
    expect((await problemsOf(env)).map((problem) => problem.name)).toEqual([name]);
  });

  it('include a configuration file that does not load', async () => {
    await write('forebay.config.mjs', 'export default {');
    expect((await problemsOf({}))[0]?.wanted).toMatch(/a file that loads/);
    expect((await problemsOf({}, { configFile: 'other.json' }))[0]).toMatchObject({ name: 'other.json' });
  });
});

describe('warnings', () => {
  it('name what a misspelt variable probably means, and leave foreign ones alone', async () => {
    await write('.env', 'MEMORY_CACHE_BYTE=1');
    const foreign = { PATH: '/bin', HOME: '/', HOSTNAME: 'x', POST: '1', FTP_PROXY: 'x', LOG_FILE: 'x', LOGNAME: 'x' };
    const { warnings } = await load({ UPSTREAM_SERVRES: 'x', API_KEYS: 'x', ...foreign });
    expect(warnings).toEqual([
      'UPSTREAM_SERVRES (env) is not a known variable; did you mean UPSTREAM_SERVERS?',
      'API_KEYS (env) is not a known variable; did you mean API_KEY?',
      'MEMORY_CACHE_BYTE (.env) is not a known variable; did you mean MEMORY_CACHE_BYTES?',
    ]);
  });

  it('say that limits of tokens do nothing where none is wanted', async () => {
    const { warnings, config } = await load({ HLS_UPSTREAM_SERVERS: 'http://hls.example', HLS_TOKEN_USES: '1' });
    expect(warnings).toEqual(['HLS_TOKEN_USES is set, but without HLS_SECRET_KEY there are no tokens']);
    expect(config.sample).toBe(false);
    expect(config.hls.upstreams).toMatchObject([{ url: 'http://hls.example' }]);
  });
});
