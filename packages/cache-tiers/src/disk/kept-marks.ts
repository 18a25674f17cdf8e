import { PurgeMarks } from '../purge-marks.js';
import type { PurgeMark } from '../tier.js';
import type { Files } from './files.js';
import type { Layout } from './layout.js';

/** More text than this is written anew by the next sweep, each mark once. */
const COMPACT_BYTES = 256 * 1024;

/** The purge marks of a directory, kept in a file beside the entries so that all processes and later runs hold to them. */
export class KeptMarks {
  readonly #files: Files;
  readonly #layout: Layout;
  #marks = new PurgeMarks();
  #stamp: string | undefined;
  #bytes = 0;

  constructor(files: Files, layout: Layout) {
    this.#files = files;
    this.#layout = layout;
  }

  /** The marks as they are now. Looks at the file's size at once: a microsecond beside a disk read. */
  current(): PurgeMarks {
    const stamp = this.#files.stampSync(this.#layout.purges);
    if (stamp !== this.#stamp) {
      this.#stamp = stamp;
      this.#marks = new PurgeMarks();
      const text = stamp === undefined ? '' : this.#files.readTextSync(this.#layout.purges);
      this.#bytes = text.length;
      for (const record of text.split('\n')) {
        const mark = parse(record);
        if (mark !== undefined) this.#marks.add(mark);
      }
    }
    return this.#marks;
  }

  async add(marks: readonly PurgeMark[]): Promise<void> {
    await this.#files.append(this.#layout.purges, marks.map((mark) => `${JSON.stringify(mark)}\n`).join(''));
  }

  async compact(): Promise<void> {
    const marks = this.current();
    if (this.#bytes < COMPACT_BYTES) return;
    const text = [...marks].map((mark) => `${JSON.stringify(mark)}\n`).join('');
    if (text.length > this.#bytes / 2) return;
    await this.#files.replaceText(this.#layout.purges, text, this.#layout.newTemporary());
  }

  /** Nothing is stored any more, so nothing need be remembered. */
  async forget(): Promise<void> {
    await this.#files.unlink(this.#layout.purges);
  }
}

/** A line that was cut off by a crash is no mark. */
function parse(record: string): PurgeMark | undefined {
  if (record === '') return undefined;
  try {
    const mark = JSON.parse(record) as Partial<PurgeMark>;
    const whole =
      (mark.kind === 'tag' || mark.kind === 'prefix') && typeof mark.value === 'string' && typeof mark.at === 'number';
    return whole ? { kind: mark.kind, value: mark.value, at: mark.at, soft: mark.soft === true } : undefined;
  } catch {
    return undefined;
  }
}
