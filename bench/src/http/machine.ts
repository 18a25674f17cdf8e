import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

/** Which core the servers run on, and which one the load comes from. */
export interface Cores {
  readonly server: string;
  readonly load: string;
  /** Both, for the cases with two workers. */
  readonly all: string;
  readonly pinned: boolean;
}

export function findCores(): Cores {
  const pinned = onPath('taskset');
  return cpus().length > 1
    ? { server: '0', load: '1', all: '0,1', pinned }
    : { server: '0', load: '0', all: '0', pinned };
}

export function onPath(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}

/** Moves this process, which is the origin and the verifying client, to the core of the load. */
export function pinSelf(cores: Cores): void {
  if (cores.pinned) spawnSync('taskset', ['-acp', cores.load, String(process.pid)], { stdio: 'ignore' });
}

export function describeMachine(cores: Cores): string {
  const pinning = cores.pinned ? 'pinned with taskset' : 'not pinned: taskset is missing (package util-linux)';
  return `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${pinning}`;
}
