import type { Access, Admission, ChildKind, SessionHandle } from '@forebay/hls-proxy';

/** A session that allows everything and remembers what it was told. */
export class RecordingSession implements SessionHandle {
  readonly id = 'session';
  readonly uid: string | undefined;
  readonly stream = '/';
  ended = false;
  bytes = 0;
  underWay = 0;
  readonly renditions: string[] = [];
  readonly #listeners = new Set<() => void>();

  constructor(uid?: string) {
    this.uid = uid;
  }

  begin(): () => void {
    this.underWay += 1;
    return () => {
      this.underWay -= 1;
    };
  }
  addBytes(bytes: number): void {
    this.bytes += bytes;
  }
  watching(rendition: string): void {
    this.renditions.push(rendition);
  }
  onEnd(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  end(): void {
    this.ended = true;
    for (const listener of this.#listeners) listener();
  }
}

/**
 * Lets everybody in; says in the open what a URI leads to: `?k={kind}`, and other hosts as `@/{base64url}`. The target
 * duration that a segment comes with may be said as `t={seconds}`.
 */
export function openAccess(session: RecordingSession = new RecordingSession()): Access {
  return {
    admit({ target: { path, query } }): Admission {
      const pairs = query.split('&').filter((pair) => pair !== '');
      const kind = pairs.find((pair) => pair.startsWith('k='))?.slice(2) as ChildKind | undefined;
      const seconds = pairs.find((pair) => pair.startsWith('t='))?.slice(2);
      const rest = pairs.filter((pair) => !/^(?:k|t|CMCD)=/.test(pair)).join('&');
      const directives = rest === '' ? '' : `?${rest}`;
      const resource = path.startsWith('/@/')
        ? { foreign: new URL(Buffer.from(path.slice(3), 'base64url').toString() + directives) }
        : { local: path + directives };
      const targetDuration = seconds === undefined ? undefined : Number(seconds) * 1000;
      return { session, kind, resource, expiresAt: undefined, targetDuration };
    },
    uriFor(_admission, child): string {
      const text = 'local' in child ? child.local : `/@/${Buffer.from(child.foreign.href).toString('base64url')}`;
      return `/hls${text}${text.includes('?') ? '&' : '?'}k=${child.kind}`;
    },
    explain: () => Promise.reject(new Error('nothing to explain')),
  };
}
