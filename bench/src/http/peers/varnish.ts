import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '../child.js';
import { onPath } from '../machine.js';
import type { Peer } from './peer.js';

/** Varnish as packaged, with memory for everything that a case keeps. */
export const varnish: Peer = {
  name: 'varnish',
  title: 'Varnish',
  missing: () => (onPath('varnishd') ? undefined : 'varnishd is not installed: apt-get install varnish'),
  // Its storage is memory; one process with threads serves on both cores.
  suits: ({ fromDisk }) => !fromDisk,
  start: async ({ origin, cores, on, folder, memoryBytes }, port) => {
    const file = join(folder, 'default.vcl');
    await writeFile(file, `vcl 4.1;\nbackend default { .host = "127.0.0.1"; .port = "${origin.port}"; }\n`);
    const storage = `malloc,${Math.ceil(memoryBytes / 1024 ** 2)}m`;
    const args = ['-F', '-j', 'none', '-n', join(folder, 'work'), '-f', file, '-a', `127.0.0.1:${port}`, '-s', storage];
    return startChild('varnishd', [...args, '-p', 'listen_depth=4096'], { cores, on, cwd: folder });
  },
};
