import type { Body, BodyReader, ByteRange } from '../entry.js';
import { CacheError } from '../errors.js';
import { cancelled, chunksOf, rangeBounds } from '../whole-body.js';
import type { Files } from './files.js';
import { BLOCK_BYTES, blocksMatch, bodyStart, type FileHeader } from './format.js';

/** Read at once, and kept ready at most once more: what a stalled reader costs. */
const CHUNK_BYTES = 2 * BLOCK_BYTES;
/** A file that nobody reads is closed after so long, whether its holder said so or not. */
const IDLE_MS = 10_000;

/** The body of a large file, read in checked blocks by any number of readers over one descriptor. */
export class DiskBody implements Body {
  readonly size: number;
  readonly bytes = undefined;
  readonly #files: Files;
  readonly #header: FileHeader;
  readonly #table: Buffer;
  readonly #onDamaged: () => void;
  #fd: number | undefined;
  #users = 0;
  #closing = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(files: Files, fd: number, header: FileHeader, table: Buffer, onDamaged: () => void) {
    this.#files = files;
    this.#fd = fd;
    this.#header = header;
    this.#table = table;
    this.#onDamaged = onDamaged;
    this.size = header.bodyBytes;
    this.#waitIdle();
  }

  reader(range?: ByteRange): BodyReader {
    if (this.#fd === undefined) throw new CacheError('ERR_CACHE_BODY_GONE', 'The file was closed meanwhile');
    const { start, stop } = rangeBounds(range);
    this.#users++;
    clearTimeout(this.#idle);
    return new DiskReader(this, start, Math.min(stop, this.size));
  }

  close(): void {
    this.#closing = true;
    if (this.#users === 0) this.#shut();
  }

  /** For readers: checked bytes from the block that holds `position` on, beginning at `position`. */
  async load(position: number): Promise<Uint8Array> {
    const block = Math.floor(position / BLOCK_BYTES);
    const start = block * BLOCK_BYTES;
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, this.size - start));
    const got = await this.#files.read(this.#fd ?? -1, buffer, bodyStart(this.#header) + start);
    if (got < buffer.byteLength || !blocksMatch(buffer, block, this.#table)) {
      this.#onDamaged();
      throw new CacheError('ERR_CACHE_DAMAGED', 'A stored block does not match its checksum');
    }
    return buffer.subarray(position - start);
  }

  /** For readers: one has left and has no read under way. */
  left(): void {
    if (--this.#users > 0) return;
    if (this.#closing) this.#shut();
    else this.#waitIdle();
  }

  #waitIdle(): void {
    this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
  }

  #shut(): void {
    clearTimeout(this.#idle);
    if (this.#fd !== undefined) this.#files.close(this.#fd);
    this.#fd = undefined;
  }
}

class DiskReader implements BodyReader {
  onReadable: (() => void) | undefined = undefined;
  readonly #body: DiskBody;
  readonly #stop: number;
  #position: number;
  #ready: Uint8Array | undefined;
  #loading = false;
  #waiting = false;
  #ended = false;
  #broken: { readonly error: unknown } | undefined;

  constructor(body: DiskBody, start: number, stop: number) {
    this.#body = body;
    this.#position = start;
    this.#stop = stop;
  }

  read(): Uint8Array | null | undefined {
    if (this.#broken !== undefined) throw this.#broken.error;
    const ready = this.#ready;
    if (ready !== undefined) {
      this.#ready = undefined;
      this.#position += ready.byteLength;
      this.#ahead();
      return ready;
    }
    if (this.#position >= this.#stop) {
      this.#end();
      return undefined;
    }
    this.#waiting = true;
    this.#ahead();
    return null;
  }

  cancel(): void {
    this.onReadable = undefined;
    if (!this.#ended) this.#break(cancelled());
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return chunksOf(this);
  }

  #ahead(): void {
    if (this.#loading || this.#position >= this.#stop) return;
    this.#loading = true;
    this.#body.load(this.#position).then(
      (bytes) => {
        this.#loading = false;
        const room = this.#stop - this.#position;
        this.#ready = bytes.byteLength > room ? bytes.subarray(0, room) : bytes;
        this.#settle();
      },
      (error: unknown) => {
        this.#loading = false;
        this.#break(error);
        this.#settle();
      },
    );
  }

  #settle(): void {
    if (this.#broken !== undefined) this.#end();
    if (!this.#waiting) return;
    this.#waiting = false;
    this.onReadable?.();
  }

  #break(error: unknown): void {
    this.#broken ??= { error };
    this.#ready = undefined;
    // The descriptor must outlive a read that is under way: its number may be given to another file.
    if (!this.#loading) this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#body.left();
  }
}
