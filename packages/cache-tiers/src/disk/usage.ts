import type { Files } from './files.js';
import type { Layout } from './layout.js';

/**
 * How much lies in the directory, known to all processes that share it without anyone scanning: a small file whose
 * first line is what the last sweep counted, and to which each process adds what it wrote and removed since.
 */
export class Usage {
  readonly #files: Files;
  readonly #layout: Layout;
  readonly #step: number;
  #bytes = 0;
  #entries = 0;
  #ownBytes = 0;
  #ownEntries = 0;
  #flushing: Promise<void> | undefined;
  #known = false;

  /** @param step Bytes that a process may have written before it tells the others. */
  constructor(files: Files, layout: Layout, step: number) {
    this.#files = files;
    this.#layout = layout;
    this.#step = step;
  }

  /** Whether there is a count to build on; without one a sweep is due. */
  get known(): boolean {
    return this.#known;
  }

  get bytes(): number {
    return Math.max(0, this.#bytes + this.#ownBytes);
  }

  get entries(): number {
    return Math.max(0, this.#entries + this.#ownEntries);
  }

  /** Adds; resolves to true when the others' figures were read anew. */
  async add(bytes: number, entries: number): Promise<boolean> {
    this.#ownBytes += bytes;
    this.#ownEntries += entries;
    if (Math.abs(this.#ownBytes) < this.#step) return false;
    await this.flush();
    return true;
  }

  flush(): Promise<void> {
    return (this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    }));
  }

  async read(): Promise<void> {
    const sum = await this.#sum();
    this.#known = sum !== undefined;
    this.#bytes = sum?.bytes ?? 0;
    this.#entries = sum?.entries ?? 0;
  }

  /** What the others have added since a sweep began, so that it is not lost when the sweep writes its count. */
  async sum(): Promise<{ bytes: number; entries: number }> {
    // On a full disk the own share cannot be told: it must be possible to make room all the same.
    await this.flush().catch(() => undefined);
    return (await this.#sum()) ?? { bytes: 0, entries: 0 };
  }

  /** Writes a fresh count. */
  async reset(bytes: number, entries: number): Promise<void> {
    await this.#files.replaceText(this.#layout.usage, line(bytes, entries), this.#layout.newTemporary());
    this.#bytes = bytes;
    this.#entries = entries;
    this.#known = true;
  }

  async #flush(): Promise<void> {
    const bytes = this.#ownBytes;
    const entries = this.#ownEntries;
    if (bytes !== 0 || entries !== 0) {
      await this.#files.append(this.#layout.usage, line(bytes, entries));
      this.#ownBytes -= bytes;
      this.#ownEntries -= entries;
    }
    await this.read();
  }

  async #sum(): Promise<{ bytes: number; entries: number } | undefined> {
    const text = await this.#files.readText(this.#layout.usage);
    if (text === undefined) return undefined;
    let bytes = 0;
    let entries = 0;
    for (const record of text.split('\n')) {
      const [size = '', count = ''] = record.split(' ');
      bytes += Number(size) || 0;
      entries += Number(count) || 0;
    }
    return { bytes, entries };
  }
}

function line(bytes: number, entries: number): string {
  return `${Math.round(bytes)} ${entries}\n`;
}
