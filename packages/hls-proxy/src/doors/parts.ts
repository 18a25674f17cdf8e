import type { Answer, ProxyRequest } from '@forebay/reverse-proxy';
import type { Admission } from '../access/admission.js';
import type { Gate } from '../gate.js';
import type { ResolvedOptions } from '../options.js';
import type { Prefetch } from '../prefetch.js';
import type { Reception } from '../reception.js';
import type { SegmentDoor, SegmentRequest } from '../segment-door.js';
import type { DocumentDesk } from '../serve/document-desk.js';
import { shownResource } from '../serve/resource-query.js';

/** What is behind every door. */
export interface Parts {
  readonly options: ResolvedOptions;
  readonly reception: Reception;
  readonly gate: Gate;
  readonly desk: DocumentDesk;
  readonly segments: SegmentDoor;
  readonly prefetch: Prefetch;
}

// Whoever comes without a grant asks for a playlist, unless the name says that it is none.
const MEDIA_NAME =
  /\.(?:ts|m2ts|m4[asvf]|mp4|cmf[avt]|aac|ac3|ec3|mp3|vtt|webvtt|ttml|srt|key|bin|jpe?g|png|webp|json)$/i;

/** Whether what is asked for goes on as it comes, without being looked into. */
export function isStreamed({ kind, resource }: Admission): boolean {
  return kind === undefined ? MEDIA_NAME.test(shownResource(resource)) : kind === 'segment' || kind === 'key';
}

export function segmentRequest({ resource, kind, session, targetDuration }: Admission): SegmentRequest {
  return {
    target: 'local' in resource ? resource.local : resource.foreign,
    kind: kind === 'playlist' ? 'segment' : kind,
    session,
    targetDuration,
  };
}

/** A target without its query, which holds what lets one in. */
export function shownTarget(target: string): string {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark);
}

/** As nginx logs it: the client closed the connection before there was an answer. */
const CLIENT_LEFT = 499;

export function report(
  { observer }: ResolvedOptions,
  request: ProxyRequest,
  answer: Answer,
  how: { readonly started: number; readonly error: unknown; readonly bytes: number },
): void {
  observer?.answered({
    requestId: request.requestId,
    method: request.method,
    target: request.target,
    status: request.signal.aborted && how.error !== undefined ? CLIENT_LEFT : answer.status,
    outcome: answer.outcome,
    source: answer.source,
    bytes: how.bytes,
    durationMs: performance.now() - how.started,
    error: how.error,
  });
}
