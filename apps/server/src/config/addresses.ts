import { isIP } from 'node:net';
import type { RedisNode, UpstreamConfig } from './config.js';
import { custom, WrongValue, type Kind } from './kinds.js';

const parseUrl = (written: string, protocols: readonly string[]): URL => {
  const wanted = new WrongValue(`a URL that begins with ${protocols.map((each) => `${each}//`).join(' or ')}`);
  if (!URL.canParse(written)) throw wanted;
  const url = new URL(written);
  if (!protocols.includes(url.protocol)) throw wanted;
  return url;
};

/** An absolute http or https URL, as written. */
export const url = (): Kind<string> =>
  custom('url', (written) => parseUrl(written.trim(), ['http:', 'https:']) && written.trim(), withoutPassword);

/** An outbound proxy; `proxy.example:3128` alone is http, as other programs take it. */
export const proxyUrl = (): Kind<string> =>
  custom(
    'url',
    (written) => {
      const full = written.includes('://') ? written.trim() : `http://${written.trim()}`;
      return parseUrl(full, ['http:', 'https:']) && full;
    },
    withoutPassword,
  );

/** What may be shown of a URL: user and password give way. */
export function withoutPassword(written: string): string {
  return written.replace(/\/\/[^/@\s]*@/g, '//[redacted]@');
}

/** `10.0.0.0/8`, `2001:db8::/32` or a single address. */
export const cidr = (): Kind<string> =>
  custom(
    'cidr',
    (written) => {
      const [address = '', prefix, ...rest] = written.trim().split('/');
      const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
      const fits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
      if (bits < 0 || !fits || rest.length > 0) throw new WrongValue('a CIDR such as 10.0.0.0/8 or 2001:db8::/32');
      return written.trim();
    },
    (value) => value,
  );

const weights = { least: 0, most: 1000 } as const;

/** Checks one upstream, however it was written; throws `WrongValue`. */
export const upstreamOf = (written: {
  readonly url: string;
  readonly name?: string | undefined;
  readonly weight?: number | undefined;
  readonly priority?: number | undefined;
  readonly http2?: boolean | undefined;
}): UpstreamConfig => {
  const parsed = parseUrl(written.url, ['http:', 'https:']);
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '') {
    throw new WrongValue('an upstream URL without user, password, query or fragment');
  }
  const { weight = 1, priority = 1 } = written;
  if (!(weight > weights.least && weight <= weights.most)) {
    throw new WrongValue(`a weight above ${weights.least} and at most ${weights.most}`);
  }
  if (!Number.isInteger(priority) || priority < 1 || priority > 100) {
    throw new WrongValue('a priority from 1 (first) to 100');
  }
  return {
    name: written.name ?? parsed.host + parsed.pathname.replace(/\/+$/, '').replaceAll('/', '-'),
    url: parsed.origin + parsed.pathname.replace(/\/+$/, ''),
    weight,
    priority,
    ...(written.http2 === true ? { http2: true } : {}),
  };
};

/** `https://host weight=5 priority=2 http2`. */
export const upstream = (): Kind<UpstreamConfig> =>
  custom(
    'url [weight=n] [priority=n] [http2]',
    (written) => {
      const [address = '', ...attributes] = written.trim().split(/\s+/);
      const found: { weight?: number; priority?: number; http2?: boolean } = {};
      for (const attribute of attributes) {
        if (attribute === 'http2') {
          found.http2 = true;
          continue;
        }
        const [, name, value] = /^(weight|priority)=(\d+(?:\.\d+)?)$/.exec(attribute) ?? [];
        if (name !== 'weight' && name !== 'priority') {
          throw new WrongValue('upstreams such as https://host weight=5 priority=2, separated by commas');
        }
        found[name] = Number(value);
      }
      return upstreamOf({ url: address, ...found });
    },
    ({ url: address, weight, priority, http2 = false }) =>
      `${address}${weight === 1 ? '' : ` weight=${weight}`}${priority === 1 ? '' : ` priority=${priority}`}${http2 ? ' http2' : ''}`,
  );

/** `host:port`, `[::1]:6379` or a host alone (port 6379). */
export const redisNode = (): Kind<RedisNode> =>
  custom(
    'host:port',
    (written) => {
      const [, bracketed, plain, digits = '6379'] =
        /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(written.trim()) ?? [];
      const host = bracketed ?? plain;
      const port = Number(digits);
      if (host === undefined || port < 1 || port > 65_535)
        throw new WrongValue('nodes such as redis1:6379,redis2:6379');
      return { host, port };
    },
    ({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`,
  );

const httpToken = /^[!#$%&'*+.^_`|~\w-]+$/;

/** A method's name (RFC 9110 § 5.6.2 token), upper-cased. */
export const method = (): Kind<string> =>
  custom(
    'method',
    (written) => {
      if (!httpToken.test(written)) throw new WrongValue('methods such as GET,HEAD,POST, or *');
      return written.toUpperCase();
    },
    (value) => value,
  );

/** `image/jpeg` or `image/*`, lower-cased. */
export const contentType = (): Kind<string> =>
  custom(
    'type',
    (written) => {
      const [main = '', sub = '', ...rest] = written.toLowerCase().split('/');
      if (!httpToken.test(main) || !httpToken.test(sub) || rest.length > 0) {
        throw new WrongValue('types such as image/jpeg or image/*');
      }
      return `${main}/${sub}`;
    },
    (value) => value,
  );

/** A path on an upstream. */
export const path = (): Kind<string> =>
  custom(
    'path',
    (written) => {
      if (!/^\/[!-~]*$/.test(written)) throw new WrongValue('a path that begins with a slash, such as /health');
      return written;
    },
    (value) => value,
  );
