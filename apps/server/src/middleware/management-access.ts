import type { IncomingMessage } from 'node:http';
import { clientAddress, constantTimeEqual, isLoopbackAddress, isLoopbackHost, type AllowList } from '@forebay/guard';
import { Problem } from '@forebay/reverse-proxy';
import { isSigned } from '../cascade/request-signature.js';
import type { ServerConfig } from '../config/config.js';
import { isSameOrigin } from './same-origin.js';
import type { Sessions } from './sessions.js';

/**
 * What `PUBLIC_STATUS` opens: read-only pages, and what the dashboard is made of and shows at a glance, which these pages
 * say as well. Not what else is below them, such as the queue board.
 */
const PUBLIC = /^\/(?:status|stats|metrics|monitor(?:\/icon\.svg|\/assets\/[^/]+)?|api\/v1\/(?:overview|events))$/;

/** Whether a caller may use the management interface. */
export interface ManagementAccess {
  /** @throws {Problem} 401 without the right key, 403 where only loopback clients may call. */
  check(request: IncomingMessage, path: string): void;
}

/**
 * With an API key, the key decides, or a session that was opened with it. Without one, only clients on the loopback interface that also name a loopback
 * host are answered: a page that a browser was lured to by DNS rebinding names its own.
 */
export function createManagementAccess(
  config: ServerConfig,
  trusted: AllowList,
  sessions?: Sessions,
): ManagementAccess {
  return {
    check(request, path) {
      if (config.publicStatus && (request.method === 'GET' || request.method === 'HEAD') && PUBLIC.test(path)) return;
      if (config.apiKey !== undefined) checkKey(request, config.apiKey, sessions);
      else checkLoopback(request, trusted);
    },
  };
}

function checkKey(request: IncomingMessage, apiKey: string, sessions: Sessions | undefined): void {
  const header = request.headers['x-api-key'];
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const given = typeof header === 'string' ? header : bearer;
  if (given !== undefined && constantTimeEqual(given, apiKey)) return;
  // Another node that has the same key, in a cascade.
  if (isSigned(request.headers.authorization, apiKey, request, Date.now())) return;
  if (sessions?.of(request) !== undefined) {
    if (request.method === 'GET' || request.method === 'HEAD' || isSameOrigin(request)) return;
    throw new Problem(403, 'cross-site', 'with a session, changes are taken only from pages of this very host');
  }
  throw new Problem(401, 'api-key-required', 'this endpoint wants the API key, as X-API-Key or as a Bearer token', {
    headers: { 'www-authenticate': 'Bearer realm="forebay"' },
  });
}

function checkLoopback(request: IncomingMessage, trusted: AllowList): void {
  const { headers, socket } = request;
  const remoteAddress = socket.remoteAddress ?? '';
  const refuse = (why: string): Problem =>
    new Problem(
      403,
      'loopback-only',
      `without API_KEY, this endpoint answers only clients on the loopback interface that ask for a loopback host: ${why}`,
    );
  if (!isLoopbackAddress(remoteAddress))
    throw refuse('the client is not on the loopback interface; set API_KEY to call from elsewhere');
  if (
    isForwarded(request) &&
    !(trusted.contains(remoteAddress) && isLoopbackAddress(clientAddress({ remoteAddress, headers, trusted })))
  )
    throw refuse('the request was forwarded by a proxy; set API_KEY');
  if (!isLoopbackHost(headers.host)) throw refuse(`the Host header is ${JSON.stringify(headers.host ?? '')}`);
  // Browsers say where a request comes from, old ones by `Origin` alone; what says nothing is no browser.
  const fromBrowser = headers['sec-fetch-site'] !== undefined || headers.origin !== undefined;
  if (request.method !== 'GET' && request.method !== 'HEAD' && fromBrowser && !isSameOrigin(request))
    throw refuse('the request comes from another site');
}

function isForwarded({ headers }: IncomingMessage): boolean {
  return ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'forwarded', 'x-real-ip', 'via'].some(
    (name) => headers[name] !== undefined,
  );
}
