import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { createTieredCache, memoryTier } from '@forebay/cache-tiers';
import { createViewerTokens } from '@forebay/guard';
import { createAccess, createHlsProxy, createSessions, memorySessionStore, type StoredMeta } from '@forebay/hls-proxy';

/** A proxy that lets in who has a token, and the links it takes. */
export interface GuardedProxy {
  /** A link that lets a viewer watch for an hour. */
  linkFor(uid: string, path: string): string;
  /** Who watches what, and how much they have had. */
  viewers(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startProxy(upstreams: readonly string[]): Promise<GuardedProxy> {
  // In production both come from outside, and are the same on all nodes.
  const [tokenSecret, ownSecret] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
  const store = memorySessionStore();
  const sessions = createSessions({ store });
  const mount = '/hls/';
  const access = createAccess({ sessions, mount, secrets: [ownSecret], tokenSecrets: [tokenSecret] });
  const cache = createTieredCache<StoredMeta>({ tiers: [memoryTier({ maxBytes: 64 * 1024 * 1024 })] });
  const hls = createHlsProxy({ upstreams, mount, access, cache });

  const server = createServer((request, response) => {
    if (!hls.listener(request, response)) void hls.handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokens = createViewerTokens({ secrets: [tokenSecret] });

  return {
    linkFor(uid, path) {
      const expires = Math.floor(Date.now() / 1000) + 3600;
      return `${origin}${mount}${path.slice(1)}?${tokens.query({ uid, path, expires })}`;
    },
    async viewers() {
      await sessions.flush();
      const { sessions: watching } = await store.list({
        now: Date.now(),
        idle: 90_000,
        uid: undefined,
        limit: 10,
        offset: 0,
      });
      return watching.map(({ uid, stream, bytes }) => `${uid ?? 'somebody'} watches ${stream}: ${bytes} bytes`);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await hls.close();
      await sessions.close();
      await cache.close();
    },
  };
}
