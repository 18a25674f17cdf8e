import type { ServerConfig } from '../config/config.js';
import type { Listening } from '../process/roles.js';

/** What sample mode prints once it is ready: what this is, and where to look. */
export function banner(
  listening: Listening,
  { host, tls }: Pick<ServerConfig, 'host' | 'tls'>,
  links: readonly { readonly title: string; readonly path: string }[],
): string {
  const shownHost =
    host === undefined || host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const scheme = tls === undefined ? 'http' : 'https';
  const base = `${scheme}://${shownHost}:${listening.port}`;
  const management = `${scheme}://${shownHost}:${listening.managementPort ?? listening.port}`;
  const row = (title: string, url: string): string => `    ${title.padEnd(26)} ${url}`;
  return [
    '',
    '  Forebay runs in sample mode: no upstream is configured, so it serves its own.',
    '  Three image servers (one slow, one flaky), a JSON API, two HLS mirrors and an object store stand behind it.',
    '',
    '  Look',
    row('where to begin', `${base}/`),
    row('a gallery', `${base}/gallery`),
    row('a player', `${base}/player`),
    '',
    '  Try',
    ...links.map(({ title, path }) => row(title, base + path)),
    '',
    '  Watch',
    row('health', `${management}/health`),
    row('upstreams and workers', `${management}/status`),
    row('counters and rates', `${management}/stats`),
    row('the cache', `${management}/cache/info`),
    row('metrics for Prometheus', `${management}/metrics`),
    row('every endpoint', `${management}/docs`),
    '',
    '  Then set UPSTREAM_SERVERS to your own: forebay --help lists every option.',
    '',
    '',
  ].join('\n');
}
