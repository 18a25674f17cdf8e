import { isUpstreamError } from '@forebay/balancer/undici';
import { Problem } from '@forebay/reverse-proxy';

/** A mirror answered, but with nothing that is of use. */
export class BadDocument extends Problem {
  /** Undefined where it was another host. */
  readonly mirror: string | undefined;

  constructor(mirror: string | undefined, detail: string, cause?: unknown) {
    super(502, 'upstream-failed', detail, cause === undefined ? {} : { cause });
    this.mirror = mirror;
  }
}

/** The mirror whose answer broke off or was of no use, so that another one may have better. */
export function culpritOf(error: unknown): string | undefined {
  if (error instanceof BadDocument) return error.mirror;
  return isUpstreamError(error) && error.code === 'FOREBAY_BODY_BROKEN' ? error.origin : undefined;
}
