import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runCli } from '../src/cli.js';
import type { LoadedConfig } from '../src/config/index.js';
import { flagOf } from '../src/config/names.js';
import { variables } from '../src/config/variables.js';

const run = async (words: readonly string[], env: Record<string, string> = {}) => {
  let output = '';
  let complaints = '';
  let served: LoadedConfig | undefined;
  let worked = false;
  const status = await runCli({
    words,
    env,
    cwd: '/nowhere',
    terminal: false,
    version: '1.2.3',
    print: (text) => (output += `${text}\n`),
    complain: (text) => (complaints += `${text}\n`),
    serve: (loaded) => {
      served = loaded;
      return Promise.resolve(0);
    },
    work: () => {
      worked = true;
      return Promise.resolve(0);
    },
  });
  return { status, output, complaints, config: served?.config, worked };
};

describe('forebay', () => {
  it('takes every variable as a flag and serves', async () => {
    const { status, config } = await run([
      '--upstream-servers',
      'https://a.example weight=2',
      '--port=4000',
      '--public-status',
      '--no-proxy',
      'localhost',
    ]);
    expect(status).toBe(0);
    expect(config).toMatchObject({
      server: { port: 4000, publicStatus: true },
      upstream: { noProxy: 'localhost' },
      routes: [{ upstreams: [{ weight: 2 }] }],
    });
  });

  it('lists every option with its default in --help', async () => {
    const { status, output } = await run(['--help']);
    expect(status).toBe(0);
    for (const name of variables.keys()) expect(output).toContain(`  ${flagOf(name)} `);
    expect(output).toMatch(/--image-disk-ttl <minutes>\s+.*\(default: 10080\)/);
  });

  it('prints its version', async () => {
    expect(await run(['--version'])).toMatchObject({ status: 0, output: '1.2.3\n' });
  });

  it('lists unknown flags with all other problems and exits 78', async () => {
    const { status, complaints, config } = await run(['--upstream-server', 'https://a.example', '--port', 'abc', 'go']);
    expect(status).toBe(78);
    expect(config).toBeUndefined();
    expect(complaints).toBe(
      [
        'forebay: 3 problems in the configuration:',
        '  --upstream-server (flag): is not an option; did you mean --upstream-servers?',
        '  go (flag): is not a command; see forebay --help',
        '  PORT = "abc" (flag): must be a whole number, from 0 to 65535',
        '',
      ].join('\n'),
    );
  });

  it('exits 78 when a flag lacks its value', async () => {
    const { status, complaints } = await run(['--port']);
    expect(status).toBe(78);
    expect(complaints).toContain("'--port <number>' argument missing");
  });
});

describe('forebay --check', () => {
  it('says that the configuration is valid, warnings included, and serves nothing', async () => {
    const { status, output, complaints, config } = await run(['--check'], { UPSTREAM_SERVRS: 'x' });
    expect({ status, output, config }).toEqual({
      status: 0,
      output: 'The configuration is valid.\n',
      config: undefined,
    });
    expect(complaints).toContain('did you mean UPSTREAM_SERVERS?');
  });

  it('exits 78 if it is not', async () => {
    expect((await run(['--check'], { PORT: '-1' })).status).toBe(78);
  });
});

describe('forebay --print-config', () => {
  it('shows every value with its unit and source, secrets redacted', async () => {
    const { output } = await run(['--print-config', '--cache-ttl', '1h'], {
      API_KEY: 'sesame',
      HTTP_PROXY: 'http://u:sesame@p:1',
    });
    expect(output).toContain('CACHE_TTL=3600000 # ms, flag\n');
    expect(output).toContain('API_KEY=[redacted] # env\n');
    expect(output).toContain('HTTP_PROXY=http://[redacted]@p:1 # env\n');
    expect(output).not.toContain('sesame');
  });
});

describe('forebay healthcheck', () => {
  it.each([
    [200, 0],
    [503, 1],
  ])('exits according to an answer of %d', async (answer, status) => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/health/live' ? answer : 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect((await run(['healthcheck', '--port', String(port)])).status).toBe(status);
    expect((await run(['healthcheck'], { PORT: '1', MANAGEMENT_PORT: String(port) })).status).toBe(status);
    server.close();
  });

  it('exits 1 when nobody answers', async () => {
    expect((await run(['healthcheck', '--port', '1'])).status).toBe(1);
  });
});

describe('forebay worker', () => {
  const redis = { USE_REDIS: 'true', REDIS_HOST: 'redis.example' };
  const store = {
    STORE_ENDPOINT: 'https://store.example',
    STORE_BUCKET: 'pictures',
    STORE_ACCESS_KEY_ID: 'id',
    STORE_SECRET_ACCESS_KEY: 'secret',
  };

  it('works with the same configuration as the server', async () => {
    const env = { ...redis, ...store };
    expect(await run(['worker', '--log-level', 'warn'], env)).toMatchObject({ status: 0, worked: true });
    expect((await run(['worker', '--log-levle', 'warn'], env)).complaints).toContain('did you mean --log-level?');
  });

  it('says what it lacks, and exits 78', async () => {
    const withoutRedis = await run(['worker'], store);
    expect(withoutRedis).toMatchObject({ status: 78, worked: false });
    expect(withoutRedis.complaints).toContain('set USE_REDIS=true');
    expect(await run(['worker'], redis)).toMatchObject({
      status: 78,
      complaints: expect.stringContaining('set STORE_ENDPOINT'),
    });
  });
});
