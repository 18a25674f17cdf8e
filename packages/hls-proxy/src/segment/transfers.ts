import type { Transfer } from '../segment-door.js';
import type { SessionHandle } from '../sessions/session-handle.js';

/** One transfer on its way. */
export interface RunningTransfer {
  readonly sent: (bytes: number) => void;
  readonly end: () => void;
}

/** What is being sent now; as many as there are requests under way. */
export class Transfers {
  readonly #running = new Set<Transfer & { bytes: number }>();
  readonly #now: () => number;
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  begin(session: SessionHandle, target: string | URL): RunningTransfer {
    this.#count += 1;
    const transfer = {
      id: this.#count.toString(36),
      sessionId: session.id,
      path: typeof target === 'string' ? target.replace(/\?.*$/s, '') : target.origin,
      bytes: 0,
      startedAt: this.#now(),
    };
    this.#running.add(transfer);
    return {
      sent: (bytes) => {
        transfer.bytes += bytes;
        session.addBytes(bytes);
      },
      end: () => {
        this.#running.delete(transfer);
      },
    };
  }

  list(): readonly Transfer[] {
    return [...this.#running].map((transfer) => ({ ...transfer }));
  }
}
