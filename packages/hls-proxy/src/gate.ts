import { Problem } from '@forebay/reverse-proxy';
import type { Admission } from './access/admission.js';
import { isStreamed } from './doors/parts.js';
import type { HlsLimits } from './options.js';
import { InFlight } from './sessions/in-flight.js';
import type { SessionHandle } from './sessions/session-handle.js';
import { isBlocking } from './serve/resource-query.js';

const RETRY_AFTER_MS = 2000;

/** A player waits for its picture, sound and subtitles, and for what it is switching to. */
const BLOCKING_PER_SESSION = 16;
/** As of other requests: many viewers may share an address, and where they have no names also a session. */
const BLOCKING_PER_ADDRESS = 4096;

/** Counts what is under way, and turns away what is too much. */
export class Gate {
  readonly #limits: Required<HlsLimits>;
  #requests = 0;
  #blocking = 0;
  // Of the blocking reloads.
  readonly #bySession = new InFlight();
  readonly #byAddress = new InFlight();

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
  enter(admission: Admission): () => void {
    const { address = '', session } = admission;
    if (isBlocking(admission.resource) && !isStreamed(admission)) return this.#wait(session, address);
    if (this.#requests >= this.#limits.requests) throw busy('requests');
    const over = session.begin();
    this.#requests += 1;
    return once(() => {
      this.#requests -= 1;
      over();
    });
  }

  #wait({ id, uid }: SessionHandle, address: string): () => void {
    if (this.#blocking >= this.#limits.blockingReloads) throw busy('blocking reloads');
    if (uid !== undefined && this.#bySession.of(id) >= BLOCKING_PER_SESSION) throw tooMany('session');
    if (this.#byAddress.of(address) >= BLOCKING_PER_ADDRESS) throw tooMany('address');
    this.#blocking += 1;
    this.#bySession.enter(id);
    this.#byAddress.enter(address);
    return once(() => {
      this.#blocking -= 1;
      this.#bySession.leave(id);
      this.#byAddress.leave(address);
    });
  }
}

const busy = (what: string): Problem =>
  new Problem(503, 'too-busy', `as many ${what} are under way as this server takes`, { retryAfterMs: RETRY_AFTER_MS });

const tooMany = (whose: string): Problem =>
  new Problem(429, 'too-many-requests', `the ${whose} has as many blocking reloads under way as it may`, {
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
