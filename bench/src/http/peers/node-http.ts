import { fileURLToPath } from 'node:url';
import { startChild } from '../child.js';
import type { Peer } from './peer.js';

/** What one gets from Node without any care taken: the yardstick of the platform. */
export const nodeHttp: Peer = {
  name: 'node-http',
  title: 'plain node:http',
  missing: () => undefined,
  suits: () => true,
  start: ({ origin, cores, on, workers, fromDisk, folder }, port) => {
    const server = fileURLToPath(new URL('node-http-server.ts', import.meta.url));
    const env = { PORT: String(port), ORIGIN: origin.url, WORKERS: String(workers), FOLDER: fromDisk ? folder : '' };
    const loader = fileURLToPath(import.meta.resolve('tsx'));
    return Promise.resolve(startChild(process.execPath, ['--import', loader, server], { cores, on, cwd: folder, env }));
  },
};
