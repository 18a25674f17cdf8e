import type { Admission } from './access/admission.js';
import type { SegmentDoor } from './segment-door.js';
import type { DocumentDesk } from './serve/document-desk.js';
import type { SessionHandle } from './sessions/session-handle.js';

/** Segments that were fetched ahead and are not fetched so again. */
const REMEMBERED = 1000;

/**
 * Fetches the segment that comes next while the one before is being sent, so that an origin far away has the time of a
 * whole segment to answer. What comes next is what the session's playlist says, or which of its segments the player
 * names (CMCD `nor`): nothing else is ever fetched.
 */
export class Prefetch {
  readonly #most: number;
  readonly #desk: DocumentDesk;
  readonly #segments: SegmentDoor;
  readonly #done = new Set<string>();
  #running = 0;

  /** @param most fetched ahead at once; 0: none */
  constructor(most: number, desk: DocumentDesk, segments: SegmentDoor) {
    this.#most = most;
    this.#desk = desk;
    this.#segments = segments;
  }

  /** Whether one more may be fetched ahead now. */
  get ready(): boolean {
    return this.#running < this.#most;
  }

  /** A viewer is being sent a segment; `nextObject` is the path of the one that the player says it will want. */
  after({ session, resource, kind }: Admission, nextObject: string | undefined): void {
    if (!this.ready || kind !== 'segment' || !('local' in resource)) return;
    const next = this.#desk.nextSegment(session, resource.local, nextObject);
    if (next === undefined || this.#done.has(next)) return;
    this.#remember(next);
    this.#running += 1;
    void this.#fetch(next, session).finally(() => (this.#running -= 1));
  }

  async #fetch(target: string, session: SessionHandle): Promise<void> {
    try {
      const request = new Request('http://prefetch.invalid/');
      const { body } = await this.#segments.fetch(request, { target, kind: 'segment', session: uncounted(session) });
      // The cache takes the bytes as they come; here they only have to be let through.
      await body?.pipeTo(new WritableStream());
    } catch {
      this.#done.delete(target);
    }
  }

  #remember(target: string): void {
    this.#done.add(target);
    const [oldest] = this.#done;
    if (this.#done.size > REMEMBERED && oldest !== undefined) this.#done.delete(oldest);
  }
}

/** Nobody has asked for these bytes yet. */
function uncounted(session: SessionHandle): SessionHandle {
  return {
    id: session.id,
    uid: session.uid,
    stream: session.stream,
    ended: session.ended,
    begin: () => () => undefined,
    addBytes: () => undefined,
    watching: () => undefined,
    onEnd: (listener) => session.onEnd(listener),
  };
}
