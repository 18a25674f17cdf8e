import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild } from '../child.js';
import type { Peer } from './peer.js';

const main = fileURLToPath(new URL('../../../../apps/server/dist/main.js', import.meta.url));

/** Forebay as built, with everything on that it has on by default. */
export const forebay: Peer = {
  name: 'forebay',
  title: 'Forebay',
  missing: () => (existsSync(main) ? undefined : 'apps/server is not built: npx -y pnpm@12.21.0 build'),
  suits: () => true,
  start: ({ origin, cores, on, workers, memoryBytes, fromDisk, folder }, port) => {
    // So little memory that no two of the keys asked for in turn are ever in it together.
    const bytes = fromDisk ? 1024 * 1024 : memoryBytes;
    const env = {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      NUM_WORKERS: String(workers),
      UPSTREAM_TYPE: 'custom',
      UPSTREAM_SERVERS: origin.url,
      CACHE_POLICY: 'respect',
      CACHE_DIR: join(folder, 'cache'),
      MEMORY_CACHE_BYTES: String(bytes),
      MEMORY_CACHE_SIZE: fromDisk ? '8' : '50000',
      DISK_CACHE_BYTES: String(1024 ** 3),
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
    };
    return Promise.resolve(startChild(process.execPath, [main], { cores, on, cwd: folder, env }));
  },
};
