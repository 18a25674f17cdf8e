import { withDeadline } from './deadline.js';
import { PurgeMarks } from '../purge-marks.js';
import type { EntryHead } from '../entry.js';
import type { PurgeMark } from '../tier.js';
import type { RedisConnection } from './connection.js';

/** Marks kept in Redis; the oldest beyond them become one: all that was stored until then is gone. */
const KEPT = 10_000;
const PAGE = 1000;
const LOOK_EVERY = 1000;
const MOST_UNSENT = 1000;

type StreamEntry = readonly [id: string, fields: readonly string[]];

/**
 * Purge marks shared through a Redis stream (`{prefix}marks`): every process appends its own and reads what others
 * appended, once a second and whenever `look` is called. Marks that cannot be sent now hold in this process at once
 * and are sent when Redis answers again.
 */
export class SharedMarks {
  readonly #connection: RedisConnection;
  readonly #name: string;
  readonly #marks = new PurgeMarks(KEPT);
  readonly #unsent: PurgeMark[] = [];
  /** Sent while the fallback nodes stood in: the main nodes have yet to hear of them. */
  readonly #owed: PurgeMark[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #last = '-';
  #seen = 0;
  /** Whether the marks of others have been read once, or could not be. */
  ready = false;
  #looking: Promise<void> | undefined;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
    this.#name = `${connection.names.prefix}marks`;
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY);
    this.#timer.unref();
    this.#unsubscribe = connection.onState((state) => {
      // Another set of nodes has another stream.
      this.#last = '-';
      if (state === 'connected') this.#unsent.unshift(...this.#owed.splice(0));
      void this.look();
    });
    void this.look();
  }

  apply(key: string, head: EntryHead): EntryHead | undefined {
    return this.#marks.apply(key, head);
  }

  /** Holds here at once; resolves when Redis has the marks, or when it cannot take them now. */
  async add(marks: readonly PurgeMark[]): Promise<void> {
    for (const mark of marks) {
      this.#marks.add(mark);
      this.#unsent.push(mark);
    }
    this.#bound(this.#unsent);
    await this.#send();
  }

  /** Reads what others have marked since the last look. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch(() => undefined)
      .finally(() => {
        this.#looking = undefined;
        this.ready = true;
      });
    return this.#looking;
  }

  /** Waits for the first look, but no longer than a read may take. */
  async first(): Promise<void> {
    const { readTimeout } = this.#connection.options;
    await withDeadline(this.look(), readTimeout, () => this.#connection.unavailable()).catch(() => undefined);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
  }

  /** Rather than forget a mark that was not told, everything that is as old is purged. */
  #bound(marks: PurgeMark[]): void {
    if (marks.length <= MOST_UNSENT) return;
    const at = marks.reduce((latest, mark) => Math.max(latest, mark.at), 0);
    const all: PurgeMark = { kind: 'prefix', value: '', at, soft: false };
    this.#marks.add(all);
    marks.splice(0, marks.length, all);
  }

  async #send(): Promise<void> {
    for (let mark = this.#unsent[0]; mark; mark = this.#unsent[0]) {
      const text = JSON.stringify(mark);
      try {
        await this.#connection.write(this.#name, (redis) =>
          redis.xadd(this.#name, 'MAXLEN', '~', KEPT, '*', 'mark', text),
        );
      } catch {
        return;
      }
      const sent = this.#unsent.indexOf(mark);
      if (sent >= 0) this.#unsent.splice(sent, 1);
      if (this.#connection.state() !== 'fallback') continue;
      this.#owed.push(mark);
      this.#bound(this.#owed);
    }
  }

  async #look(): Promise<void> {
    if (!this.#connection.usable) return;
    if (this.#unsent.length > 0) await this.#send();
    const full =
      this.#seen === 0 && (await this.#connection.write(this.#name, (redis) => redis.xlen(this.#name))) >= KEPT;
    for (;;) {
      const from = this.#last;
      const page = (await this.#connection.write(this.#name, (redis) =>
        redis.xrange(this.#name, from, '+', 'COUNT', PAGE),
      )) as StreamEntry[];
      for (const [id, [, text]] of page) {
        this.#last = `(${id}`;
        if (text !== undefined) this.#take(text, full);
        this.#seen += 1;
      }
      if (page.length < PAGE) return;
    }
  }

  #take(text: string, full: boolean): void {
    try {
      const mark = JSON.parse(text) as PurgeMark;
      // The stream was full when this process came: what was marked before its first entry is not known.
      if (this.#seen === 0 && full) this.#marks.add({ kind: 'prefix', value: '', at: mark.at, soft: false });
      this.#marks.add(mark);
    } catch {
      // Not written by us; nothing can be read from it.
    }
  }
}
