type Done = (error: NodeJS.ErrnoException | null) => void;
type DoneWith<T> = (error: NodeJS.ErrnoException | null, result: T) => void;

/** The calls of `node:fs` that the disk tier makes: what a test replaces to make a disk fail. */
export interface DiskFileSystem {
  open(path: string, flags: string | number, mode: number, done: DoneWith<number>): void;
  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number, done: DoneWith<number>): void;
  writev(fd: number, buffers: readonly Uint8Array[], position: number, done: DoneWith<number>): void;
  close(fd: number, done: Done): void;
  rename(from: string, to: string, done: Done): void;
  unlink(path: string, done: Done): void;
  mkdir(path: string, options: { recursive: true; mode: number }, done: Done): void;
  readdir(path: string, done: DoneWith<string[]>): void;
  lstat(path: string, done: DoneWith<FileTimes>): void;
  futimes(fd: number, atime: number, mtime: number, done: Done): void;
  utimes(path: string, atime: number, mtime: number, done: Done): void;
  appendFile(path: string, text: string, options: { mode: number }, done: Done): void;
  readFile(path: string, encoding: 'utf8', done: DoneWith<string>): void;
  writeFile(path: string, text: string, options: { flag: string; mode: number }, done: Done): void;
  statSync(
    path: string,
    options: { throwIfNoEntry: false },
  ): { readonly ino: number; readonly size: number } | undefined;
  fstatSync(fd: number): { readonly size: number };
  readFileSync(path: string, encoding: 'utf8'): string;
}

export interface FileTimes {
  readonly blocks: number;
  readonly size: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  isFile(): boolean;
}

/** Promises over the callback interface, which costs half of what `fs.promises` does. */
export class Files {
  readonly #fs: DiskFileSystem;

  constructor(fileSystem: DiskFileSystem) {
    this.#fs = fileSystem;
  }

  open(path: string, flags: number | string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#fs.open(path, flags, 0o600, (error, fd) => (error ? reject(error) : resolve(fd)));
    });
  }

  /** Reads until the buffer is full or the file ends; gives how much that was. */
  async read(fd: number, buffer: Uint8Array, position: number): Promise<number> {
    let total = 0;
    while (total < buffer.byteLength) {
      const got = await this.#readOnce(fd, buffer, total, position + total);
      total += got;
      if (got === 0) break;
    }
    return total;
  }

  /** Reads once; short of the buffer's end where the file ends, or now and then for no reason. */
  readSome(fd: number, buffer: Uint8Array, position: number): Promise<number> {
    return this.#readOnce(fd, buffer, 0, position);
  }

  async write(fd: number, buffers: readonly Uint8Array[], position: number): Promise<void> {
    let rest = buffers.filter((buffer) => buffer.byteLength > 0);
    let at = position;
    while (rest.length > 0) {
      // 1024 is what the system takes at once (IOV_MAX).
      let written = await this.#writeOnce(fd, rest.slice(0, 1024), at);
      at += written;
      rest = rest.slice();
      while (written > 0) {
        const first = rest[0];
        if (first === undefined) break;
        if (written < first.byteLength) rest[0] = first.subarray(written);
        else rest.shift();
        written -= Math.min(written, first.byteLength);
      }
    }
  }

  /** Closes in the background: an error of `close` after reading, or without fsync, tells nothing that can be used. */
  close(fd: number): void {
    this.#fs.close(fd, () => undefined);
  }

  rename(from: string, to: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fs.rename(from, to, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** True if there was something to remove. */
  unlink(path: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#fs.unlink(path, (error) => {
        if (error && error.code !== 'ENOENT') reject(error);
        else resolve(error === null);
      });
    });
  }

  makeFolder(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fs.mkdir(path, { recursive: true, mode: 0o700 }, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Names in a folder; none where there is no such folder. */
  list(path: string): Promise<string[]> {
    return new Promise((resolve, reject) => {
      this.#fs.readdir(path, (error, names) => {
        if (error === null) resolve(names);
        else if (error.code === 'ENOENT' || error.code === 'ENOTDIR') resolve([]);
        else reject(error);
      });
    });
  }

  /** Undefined where there is nothing. */
  times(path: string): Promise<FileTimes | undefined> {
    return new Promise((resolve) => {
      this.#fs.lstat(path, (error, stats) => resolve(error ? undefined : stats));
    });
  }

  /** Sets access and modification time, in milliseconds. */
  setTimes(fd: number, atime: number, mtime: number): Promise<void> {
    return new Promise((resolve) => {
      this.#fs.futimes(fd, atime / 1000, mtime / 1000, () => resolve());
    });
  }

  touch(path: string, now: number): Promise<void> {
    return new Promise((resolve) => {
      this.#fs.utimes(path, now / 1000, now / 1000, () => resolve());
    });
  }

  append(path: string, text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fs.appendFile(path, text, { mode: 0o600 }, (error) => (error ? reject(error) : resolve()));
    });
  }

  readText(path: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#fs.readFile(path, 'utf8', (error, text) => resolve(error ? undefined : text));
    });
  }

  /** Writes a file that must not be there yet. */
  createText(path: string, text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fs.writeFile(path, text, { flag: 'wx', mode: 0o600 }, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Replaces a file as a whole, by way of a temporary one. */
  async replaceText(path: string, text: string, temporary: string): Promise<void> {
    try {
      await this.createText(temporary, text);
      await this.rename(temporary, path);
    } catch (error) {
      await this.unlink(temporary).catch(() => false);
      throw error;
    }
  }

  /** Size and identity of a small file, at once; undefined where there is none. */
  stampSync(path: string): string | undefined {
    const stats = this.#fs.statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? undefined : `${stats.ino}-${stats.size}`;
  }

  sizeSync(fd: number): number {
    return this.#fs.fstatSync(fd).size;
  }

  readTextSync(path: string): string {
    return this.#fs.readFileSync(path, 'utf8');
  }

  #readOnce(fd: number, buffer: Uint8Array, offset: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#fs.read(fd, buffer, offset, buffer.byteLength - offset, position, (error, got) =>
        error ? reject(error) : resolve(got),
      );
    });
  }

  #writeOnce(fd: number, buffers: readonly Uint8Array[], position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#fs.writev(fd, buffers, position, (error, written) => (error ? reject(error) : resolve(written)));
    });
  }
}

/** The system's name for an error (`ENOENT`), if it has one. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** Whether there is no room left on the device. */
export function isFull(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
