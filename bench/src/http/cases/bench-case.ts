import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cores } from '../machine.js';
import type { Origin } from '../origin.js';
import type { Peer, RunningPeer, Setting } from '../peers/peer.js';
import { startPeer } from '../peers/peer.js';
import type { Report } from '../report.js';

/** What every case is given. */
export interface Bench {
  readonly cores: Cores;
  readonly origin: Origin;
  readonly folder: string;
  readonly peers: readonly Peer[];
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly smoke: boolean;
  readonly signal: AbortSignal;
}

export interface BenchCase {
  readonly name: string;
  readonly title: string;
  /** Left out of a smoke run when it cannot be made short. */
  readonly inSmoke: boolean;
  run(bench: Bench): Promise<Report>;
}

/** Starts the servers that suit a case, hands them over, and ends them whatever happens. */
export async function withPeers<T>(
  bench: Bench,
  setting: Omit<Setting, 'origin' | 'cores' | 'folder'>,
  use: (running: readonly RunningPeer[]) => Promise<T>,
): Promise<T> {
  const running: RunningPeer[] = [];
  const folders: string[] = [];
  try {
    for (const peer of bench.peers) {
      bench.signal.throwIfAborted();
      if (!peer.suits(setting)) continue;
      const folder = join(bench.folder, `${peer.name}-${Date.now()}`);
      await mkdir(folder);
      folders.push(folder);
      running.push(await startPeer(peer, { ...setting, origin: bench.origin, cores: bench.cores, folder }));
    }
    return await use(running);
  } finally {
    await Promise.all(running.map(({ child }) => child.stop()));
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}
