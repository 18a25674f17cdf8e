import { Problem } from '@forebay/reverse-proxy';
import type { Admission } from './access/admission.js';
import type { HlsLimits } from './options.js';
import { InFlight } from './sessions/in-flight.js';
import { isBlocking } from './serve/resource-query.js';

const RETRY_AFTER_MS = 2000;

/** A player waits for its picture, sound and subtitles, and for what it is switching to. */
const BLOCKING_PER_SESSION = 16;
/** Without a user to tell them by, many viewers of one network and player may be one session. */
const BLOCKING_PER_CROWD = 1000;

/** Counts what is under way, and turns away what is too much. */
export class Gate {
  readonly #limits: Required<HlsLimits>;
  #requests = 0;
  #blocking = 0;
  readonly #blockingOf = new InFlight();

  constructor(limits: Required<HlsLimits>) {
    this.#limits = limits;
  }

  get requests(): number {
    return this.#requests;
  }

  /**
   * Lets one more request in and returns what says that it is over. Blocking reloads do nothing but wait: they are
   * counted apart.
   *
   * @throws {Problem} 503 when there are too many in all, 429 when its session or address has too many
   */
  enter({ session, resource, kind }: Admission): () => void {
    if (kind !== 'segment' && kind !== 'key' && isBlocking(resource)) {
      if (this.#blocking >= this.#limits.blockingReloads) throw busy('blocking reloads');
      const { id, uid } = session;
      if (this.#blockingOf.of(id) >= (uid === undefined ? BLOCKING_PER_CROWD : BLOCKING_PER_SESSION)) throw tooMany();
      this.#blocking += 1;
      this.#blockingOf.enter(id);
      return once(() => {
        this.#blocking -= 1;
        this.#blockingOf.leave(id);
      });
    }
    if (this.#requests >= this.#limits.requests) throw busy('requests');
    const over = session.begin();
    this.#requests += 1;
    return once(() => {
      this.#requests -= 1;
      over();
    });
  }
}

const busy = (what: string): Problem =>
  new Problem(503, 'too-busy', `as many ${what} are under way as this server takes`, { retryAfterMs: RETRY_AFTER_MS });

const tooMany = (): Problem =>
  new Problem(429, 'too-many-requests', 'the session has as many blocking reloads under way as it may', {
    retryAfterMs: RETRY_AFTER_MS,
  });

function once(leave: () => void): () => void {
  let left = false;
  return () => {
    if (left) return;
    left = true;
    leave();
  };
}
