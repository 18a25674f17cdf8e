import type { ProxyOptions } from './options.js';

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Whether `NO_PROXY` names the host: `*`, a host, a domain with all below it (`.example.org`), each with an optional port. */
function exempt(url: URL, noProxy: string): boolean {
  const host = url.hostname.toLowerCase();
  const port = url.port || defaultPorts[url.protocol];
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', entryPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (name === '' || (entryPort !== undefined && entryPort !== port)) return false;
      return host === name || host.endsWith(`.${name}`);
    });
}

/** The outbound proxy for a URL, by the habits of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; undefined: none. */
export function proxyFor(url: URL, { http, https, noProxy = '' }: ProxyOptions): string | undefined {
  if (exempt(url, noProxy)) return undefined;
  return (url.protocol === 'https:' ? https : http) || undefined;
}
