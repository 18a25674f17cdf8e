import type { Bus } from '../process/messages.js';
import { answers } from '../process/messages.js';
import { streamJoin, streamLeave, streamTick, type StreamEvent } from '../topics.js';

/** Who listens: a response that has not begun. */
export interface EventTarget {
  writeHead(status: number, headers: Record<string, string>): unknown;
  write(text: string): unknown;
  end(): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
  /** Bytes that wait to be taken. */
  readonly writableLength: number;
}

/** What may wait for a client that does not read; it is dropped beyond. Bytes. */
const MOST_HELD_BACK = 1024 * 1024;
/** Between comments that keep the connection known to be alive, for those between us and the client. ms */
const HEARTBEAT = 15_000;
/** What a client waits before it connects anew. ms */
const RECONNECT = 2000;

/** The clients of `GET /api/v1/events` at one worker (Server-Sent Events, WHATWG HTML § 9.2). */
export class EventClients {
  readonly #bus: Bus;
  readonly #clients = new Set<EventTarget>();
  readonly #end: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  #closed = false;
  #joining = 0;

  constructor(bus: Bus) {
    this.#bus = bus;
    this.#end = bus.handle(streamTick, (event) => this.#writeAll(textOf(event)));
    this.#heartbeat = setInterval(() => this.#writeAll(':\n\n'), HEARTBEAT);
    this.#heartbeat.unref();
  }

  /** Lets a client listen. False when there are too many already, or nothing to hear. */
  async add(target: EventTarget, since: number | undefined, headers: Record<string, string>): Promise<boolean> {
    let gone = false;
    target.once('close', () => {
      gone = true;
      if (this.#clients.delete(target)) this.#tellHowMany();
    });
    this.#joining += 1;
    const [first] = answers(await this.#bus.ask(streamJoin, { since }, { to: 'primary' }));
    this.#joining -= 1;
    if (first === undefined || gone || this.#closed) {
      // Also where no answer came: the primary may have counted it nevertheless.
      this.#tellHowMany();
      return gone;
    }
    this.#clients.add(target);
    target.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    target.write(`retry: ${RECONNECT}\n${textOf(first)}`);
    return true;
  }

  /** Ends every stream; the clients connect anew, elsewhere. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    this.#end();
    for (const target of this.#clients) {
      // Whoever does not read would be waited for.
      if (target.writableLength > 0) target.destroy();
      else target.end();
    }
  }

  /** How many rather than how many less: what goes wrong once is right again the next time. */
  #tellHowMany(): void {
    this.#bus.broadcast(streamLeave, this.#clients.size + this.#joining, 'primary');
  }

  #writeAll(text: string): void {
    for (const target of this.#clients) {
      if (target.writableLength > MOST_HELD_BACK) target.destroy();
      else target.write(text);
    }
  }
}

/** JSON has no line breaks of its own. */
const textOf = ({ id, json }: StreamEvent): string => `id: ${id}\nevent: overview\ndata: ${json}\n\n`;
