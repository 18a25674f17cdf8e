import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Cores } from './machine.js';

/** A server under test, with whatever it forked. Ended by its own process ids only. */
export interface Child {
  readonly pid: number;
  /** User and system time of the whole tree so far, in seconds. */
  cpuSeconds(): number;
  /** Resident memory of the whole tree, in bytes. */
  residentBytes(): number;
  /** What it said last, for error messages. */
  output(): string;
  hasEnded(): boolean;
  stop(): Promise<void>;
}

const TICKS_PER_SECOND = 100;
const KEPT_OUTPUT = 4000;

export function startChild(
  command: string,
  args: readonly string[],
  options: {
    readonly cores: Cores;
    readonly on: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd: string;
  },
): Child {
  const line = options.cores.pinned ? ['taskset', '-c', options.on, command, ...args] : [command, ...args];
  const environment = { PATH: process.env['PATH'], HOME: options.cwd, ...options.env };
  const child = spawn(line[0]!, line.slice(1), {
    cwd: options.cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (data: Buffer): void => {
    output = (output + data.toString()).slice(-KEPT_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', (error) => keep(Buffer.from(error.message)));
  const pid = child.pid ?? 0;
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null || pid === 0;
  return {
    pid,
    cpuSeconds: () => sum(tree(pid), cpuOf),
    residentBytes: () => sum(tree(pid), residentOf),
    output: () => output,
    hasEnded,
    stop: () => stop(child, pid, hasEnded),
  };
}

async function stop(child: ChildProcess, pid: number, hasEnded: () => boolean): Promise<void> {
  if (hasEnded()) return;
  const family = tree(pid);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([ended, wait(5000, undefined, { ref: false })]);
  for (const member of family) {
    try {
      process.kill(member, 'SIGKILL');
    } catch {
      // It ended by itself, as it should.
    }
  }
  await ended;
}

/** A process and its descendants, from /proc; empty where there is none. */
function tree(pid: number): readonly number[] {
  const children = readProc(`${pid}/task/${pid}/children`)?.trim() ?? '';
  const below = children === '' ? [] : children.split(' ').flatMap((child) => tree(Number(child)));
  return pid === 0 ? [] : [pid, ...below];
}

function cpuOf(pid: number): number {
  const stat = readProc(`${pid}/stat`);
  if (stat === undefined) return 0;
  // After the command in brackets, which may hold blanks: state is field 3, user time 14, system time 15 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readProc(`${pid}/status`) ?? '')?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return undefined;
  }
}

function sum(pids: readonly number[], measure: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + measure(pid), 0);
}
