import { hash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Where things lie below the tier's directory. Every process that shares it must agree. */
export class Layout {
  readonly root: string;
  readonly entries: string;
  readonly temporary: string;
  readonly usage: string;
  readonly lock: string;
  readonly purges: string;
  readonly #owner: string = `${process.pid}-${hash('md5', hostname(), 'hex').slice(0, 8)}-${randomBytes(4).toString('hex')}`;
  #next = 0;

  constructor(directory: string) {
    this.root = directory;
    this.entries = join(directory, 'entries');
    this.temporary = join(directory, 'tmp');
    this.usage = join(directory, 'usage');
    this.lock = join(directory, 'sweep.lock');
    this.purges = join(directory, 'purges');
  }

  /**
   * One of 256 folders by the hash's first byte, the rest is the name: so few folders cost next to nothing of a small
   * bound, and hold thousands of files each without trouble (file systems hash names themselves).
   */
  entry(key: string): string {
    const name = hash('sha256', key, 'hex');
    return `${this.entries}/${name.slice(0, 2)}/${name.slice(2, 32)}`;
  }

  folder(index: number): string {
    return `${this.entries}/${index.toString(16).padStart(2, '0')}`;
  }

  newTemporary(): string {
    return `${this.temporary}/${this.#owner}-${(this.#next++).toString(36)}`;
  }
}

export const FOLDERS = 256;

export function isEntryName(name: string): boolean {
  return /^[0-9a-f]{30}$/.test(name);
}

/** Whether a temporary file was certainly left behind: its process ran on this machine and runs no more. */
export function ownerIsDead(name: string): boolean {
  const parts = /^(\d+)-([0-9a-f]{8})-/.exec(name);
  if (parts === null || parts[2] !== hash('md5', hostname(), 'hex').slice(0, 8)) return false;
  return !processRuns(Number(parts[1]));
}

export function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
