import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '../child.js';
import { onPath } from '../machine.js';
import type { Peer, Setting } from './peer.js';

/** What most guides write for `proxy_cache`, without the access log (the other servers write none either). */
export const nginxUsual: Peer = nginx('nginx-usual', 'nginx, usual', { tuned: false });

/** The same with everything that is known to help a cache of small files. */
export const nginxTuned: Peer = nginx('nginx-tuned', 'nginx, tuned', { tuned: true });

function nginx(name: Peer['name'], title: string, { tuned }: { readonly tuned: boolean }): Peer {
  return {
    name,
    title,
    missing: () => (onPath('nginx') ? undefined : 'nginx is not installed: apt-get install nginx-light'),
    suits: () => true,
    start: async (setting, port) => {
      await mkdir(join(setting.folder, 'cache'), { recursive: true });
      const file = join(setting.folder, 'nginx.conf');
      await writeFile(file, configuration(setting, port, tuned));
      const args = ['-p', setting.folder, '-e', 'stderr', '-c', file];
      return startChild('nginx', args, { cores: setting.cores, on: setting.on, cwd: setting.folder });
    },
  };
}

const TUNING = `
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000;
  open_file_cache max=20000 inactive=600s;
  open_file_cache_valid 600s;
  open_file_cache_min_uses 1;
  proxy_cache_lock on;`;

function configuration({ origin, workers, folder }: Setting, port: number, tuned: boolean): string {
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
pid ${folder}/nginx.pid;
worker_processes ${workers};
worker_rlimit_nofile 65536;
events { worker_connections 8192; }
http {
  access_log off;
  sendfile on;
  default_type application/octet-stream;
  keepalive_timeout 65s;${tuned ? TUNING : ''}
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  proxy_cache_path ${folder}/cache levels=1:2 keys_zone=images:32m max_size=10g inactive=7d use_temp_path=off;
  upstream origin { server 127.0.0.1:${origin.port}; keepalive 64; }
  server {
    listen 127.0.0.1:${port} backlog=4096${tuned ? ' reuseport' : ''};
    location / {
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_cache images;
      proxy_cache_key $uri$is_args$args;
      proxy_cache_valid 200 1d;
      proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
      add_header X-Cache $upstream_cache_status;
    }
  }
}
`;
}
