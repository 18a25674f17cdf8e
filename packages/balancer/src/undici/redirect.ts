const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Fields that are meant for one host alone. */
const confidential: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** Where a redirect leads, or undefined if the answer is none that can be followed. */
export function redirectTarget(statusCode: number, location: string | undefined, from: URL): URL | undefined {
  if (!redirects.has(statusCode) || location === undefined || !URL.canParse(location, from.href)) return undefined;
  const target = new URL(location, from);
  return target.protocol === 'http:' || target.protocol === 'https:' ? target : undefined;
}

/** Headers for a host that the request was not made for: its credentials stay behind (RFC 9110 § 15.4). */
export function withoutCredentials<T>(headers: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !confidential.has(name)));
}
