import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { constantTimeEqual } from '@forebay/guard';

export const SESSION_COOKIE = 'forebay_session';
/** How long a sign-in lasts. Seconds. */
export const SESSION_SECONDS: number = 12 * 60 * 60;

/** Ended sessions that are remembered until they would have ended by themselves. */
const MOST_ENDED = 10_000;
const TOKEN = /^(\d{10})\.([\w-]{22})\.([\w-]{43})$/;
const COOKIE = new RegExp(`(?:^|;)\\s*${SESSION_COOKIE}=([^;\\s]*)`);

/** A session that was ended before its time; plain data. */
export interface EndedSession {
  readonly id: string;
  /** Epoch seconds. */
  readonly expires: number;
}

/**
 * Sign-ins of the dashboard. A session is a token that the API key signs, so that all workers and nodes with that key
 * know it; only those that were ended early need be remembered.
 */
export class Sessions {
  readonly #apiKey: string;
  readonly #now: () => number;
  readonly #ended = new Map<string, number>();

  /** @param now epoch ms */
  constructor(apiKey: string, now: () => number = Date.now) {
    this.#apiKey = apiKey;
    this.#now = now;
  }

  open(): { readonly token: string; readonly expires: number } {
    const expires = Math.floor(this.#now() / 1000) + SESSION_SECONDS;
    const id = randomBytes(16).toString('base64url');
    return { token: `${expires}.${id}.${this.#sign(expires, id)}`, expires };
  }

  /** The session of a request, if it has one that is in force. */
  of(request: Pick<IncomingMessage, 'headers'>): EndedSession | undefined {
    const [, expires, id, signature] = TOKEN.exec(COOKIE.exec(request.headers.cookie ?? '')?.[1] ?? '') ?? [];
    if (expires === undefined || id === undefined || signature === undefined) return undefined;
    if (Number(expires) * 1000 <= this.#now() || this.#ended.has(id)) return undefined;
    if (!constantTimeEqual(signature, this.#sign(Number(expires), id))) return undefined;
    return { id, expires: Number(expires) };
  }

  end({ expires, id }: EndedSession): void {
    const now = this.#now() / 1000;
    for (const [known, until] of this.#ended) if (until <= now) this.#ended.delete(known);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size >= MOST_ENDED && oldest !== undefined) this.#ended.delete(oldest);
    this.#ended.set(id, expires);
  }

  /** Those that were ended, for another process. */
  ended(): readonly EndedSession[] {
    return [...this.#ended].map(([id, expires]) => ({ id, expires }));
  }

  // The words in front keep the digest apart from anything else the key may ever be used for.
  #sign(expires: number, id: string): string {
    return createHmac('sha256', this.#apiKey).update(`forebay session\n${expires}.${id}`).digest('base64url');
  }
}
