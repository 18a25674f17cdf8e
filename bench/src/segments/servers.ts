import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../http/child.js';
import { get } from '../http/client.js';
import { type Cores, onPath } from '../http/machine.js';

export interface Setting {
  readonly origin: string;
  readonly cores: Cores;
  readonly folder: string;
}

/** A server under test. */
export interface Contender {
  readonly name: string;
  readonly title: string;
  readonly cached: boolean;
  start(setting: Setting, port: number): Promise<Child>;
}

export interface Running {
  readonly contender: Contender;
  readonly url: string;
  readonly child: Child;
}

const loader = fileURLToPath(import.meta.resolve('tsx'));

/** A TypeScript file of this folder as a process of its own. */
export function startScript(
  file: string,
  on: string,
  { cores, folder }: Pick<Setting, 'cores' | 'folder'>,
  env: Readonly<Record<string, string>>,
): Child {
  const script = fileURLToPath(new URL(file, import.meta.url));
  const args = ['--conditions=@forebay/source', '--import', loader, script];
  return startChild(process.execPath, args, { cores, on, cwd: folder, env });
}

function forebay(name: string, title: string, env: Readonly<Record<string, string>>): Contender {
  return {
    name,
    title,
    cached: env['CACHE'] !== undefined,
    start: (setting, port) =>
      Promise.resolve(
        startScript('forebay-server.ts', setting.cores.server, setting, {
          ...env,
          ORIGIN: setting.origin,
          PORT: String(port),
        }),
      ),
  };
}

function node(way: string, title: string): Contender {
  return {
    name: `node-${way}`,
    title,
    cached: false,
    start: (setting, port) =>
      Promise.resolve(
        startScript('node-server.ts', setting.cores.server, setting, {
          WAY: way,
          ORIGIN: setting.origin,
          PORT: String(port),
        }),
      ),
  };
}

// Without room in its buffers for what a client has not taken yet, nginx would write it to disk.
const USUAL = 'proxy_max_temp_file_size 0;';
const TUNED = `${USUAL} proxy_buffer_size 16k; proxy_buffers 8 128k; proxy_busy_buffers_size 256k; tcp_nodelay on;`;
const CACHING = `proxy_cache segments; proxy_cache_key $uri; proxy_cache_valid 200 1h; proxy_cache_lock on; tcp_nopush on;
  open_file_cache max=1000; open_file_cache_valid 600s;`;

function nginx(name: string, title: string, directives: string): Contender {
  return {
    name,
    title,
    cached: directives.includes('proxy_cache '),
    start: async ({ origin, cores, folder }, port) => {
      const { protocol, host } = new URL(origin);
      await mkdir(join(folder, name), { recursive: true });
      const file = join(folder, `${name}.conf`);
      await writeFile(
        file,
        `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
pid ${folder}/${name}.pid;
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  keepalive_requests 1000000;
  client_body_temp_path ${folder}/${name}/body;
  proxy_temp_path ${folder}/${name}/proxy;
  fastcgi_temp_path ${folder}/${name}/fastcgi;
  uwsgi_temp_path ${folder}/${name}/uwsgi;
  scgi_temp_path ${folder}/${name}/scgi;
  proxy_cache_path ${folder}/${name}/cache keys_zone=segments:8m use_temp_path=off;
  upstream origin { server ${host}; keepalive 128; }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / {
      proxy_pass ${protocol}//origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      ${directives}
    }
  }
}
`,
      );
      const args = ['-p', folder, '-e', 'stderr', '-c', file];
      return startChild('nginx', args, { cores, on: cores.server, cwd: folder });
    },
  };
}

// As it must where the client's connection is TLS.
const COPYING = `${CACHING} sendfile off; output_buffers 2 512k;`;

const nginxes = [
  nginx('nginx', 'nginx, tuned', TUNED),
  nginx('nginx-usual', 'nginx, usual', USUAL),
  nginx('nginx-cache', 'nginx, cached', CACHING),
  nginx('nginx-cache-copying', 'nginx, cached, without sendfile', COPYING),
];

/** In the order in which the tables show them; the first of a table is what the others are measured by. */
export const contenders: readonly Contender[] = [
  ...(onPath('nginx') ? nginxes : []),
  node('request', 'undici request + pipeline'),
  node('stream', 'undici stream'),
  node('fetch', 'fetch'),
  node('http', 'node:http + pipeline'),
  forebay('forebay-undici', 'Forebay over undici', { TRANSPORT: 'undici' }),
  forebay('forebay', 'Forebay', {}),
  forebay('forebay-cache', 'Forebay, cached', { CACHE: 'memory' }),
];

/** Starts a server on a free port and waits until it answers. */
export async function run(contender: Contender, setting: Setting): Promise<Running> {
  const port = await freePort();
  const child = await contender.start(setting, port);
  const url = `http://127.0.0.1:${port}`;
  await untilReady(`${url}/none`, child);
  return { contender, url, child };
}

export async function untilReady(url: string, child: Child): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      await get(url, { timeoutMs: 1000, discard: true });
      return;
    } catch (error) {
      if (child.hasEnded() || Date.now() > deadline) {
        await child.stop();
        throw new Error(`no server at ${url}: ${child.output().trim() || String(error)}`, { cause: error });
      }
      await wait(50);
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('no free port');
  return address.port;
}
