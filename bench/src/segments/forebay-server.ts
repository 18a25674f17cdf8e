// Forebay's route of segments behind a plain node:http server.
import { createServer } from 'node:http';
import { createTieredCache, memoryTier } from '@forebay/cache-tiers';
import { createReverseProxy, customPreset, type StoredMeta } from '@forebay/reverse-proxy';
import { Pool } from 'undici';
import { cert } from '../../../packages/balancer/test/undici/certificate.js';

const { ORIGIN = '', PORT = '', CACHE = '', TRANSPORT = '' } = process.env;
const cache = createTieredCache<StoredMeta>({ tiers: [memoryTier({ maxBytes: 64 * 1024 * 1024 })] });
const proxy = createReverseProxy({
  preset: customPreset(),
  upstreams: {
    origins: [{ url: ORIGIN, connections: 128 }],
    connect: { ca: cert },
    ...(TRANSPORT === 'undici' && { transport: (origin, options) => new Pool(origin, options) }),
  },
  ...(CACHE !== '' && { cache }),
});
createServer({ keepAliveTimeout: 65_000 }, (incoming, response) => {
  if (!proxy.listener(incoming, response)) void proxy.handle(incoming, response);
}).listen(Number(PORT), '127.0.0.1', 1024);
