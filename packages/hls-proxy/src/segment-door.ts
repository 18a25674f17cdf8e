import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChildKind } from './access/admission.js';
import type { SessionHandle } from './sessions/session-handle.js';

/** One request for bytes, already let in. */
export interface SegmentRequest {
  /** For our own upstreams path and query, our parameters removed; or a URL on another host. */
  readonly target: string | URL;
  /** Undefined: nobody said. */
  readonly kind: ChildKind | undefined;
  readonly session: SessionHandle;
  /** Of its playlist, ms, if that is known: a live edge may be a moment late. */
  readonly targetDuration?: number | undefined;
}

/** Something that is being sent. */
export interface Transfer {
  readonly id: string;
  readonly sessionId: string;
  /** Path below the mount, or scheme and host of another host. */
  readonly path: string;
  readonly bytes: number;
  /** ms since the epoch. */
  readonly startedAt: number;
}

/** What serves segments, keys and all else that is not looked into. */
export interface SegmentDoor {
  handle(incoming: IncomingMessage, response: ServerResponse, request: SegmentRequest): Promise<void>;
  /** Answers at once what is in memory, or declines: false, and nothing was touched. */
  listener(incoming: IncomingMessage, response: ServerResponse, request: SegmentRequest): boolean;
  /** @param onOver is told when the body has gone out, or will not */
  fetch(request: Request, segment: SegmentRequest, onOver?: () => void): Promise<Response>;
  transfers(): readonly Transfer[];
  close(): Promise<void>;
}
