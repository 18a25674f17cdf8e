import { parseTarget } from '@forebay/reverse-proxy';
import { redactLine } from './redact.js';

/** One answered request, as it is logged. */
export interface AccessEntry {
  readonly at: Date;
  readonly address: string;
  readonly method: string;
  /** As the client sent it. */
  readonly target: string;
  readonly protocol: string;
  readonly status: number;
  /** Of the body. */
  readonly bytes: number;
  readonly durationMs: number;
  readonly requestId: string | undefined;
  /** What the cache did: `hit`, `miss` …; undefined for the server's own endpoints. */
  readonly cache: string | undefined;
  readonly source: string | undefined;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
}

/** A line of JSON. */
export function jsonLine(entry: AccessEntry, pid: number): string {
  const { address, at, bytes, cache, durationMs, method, protocol, referer, requestId, source, status, userAgent } =
    entry;
  const line = JSON.stringify({
    level: 'info',
    time: at.toISOString(),
    pid,
    event: 'access',
    request_id: requestId,
    address,
    method,
    target: shownTarget(entry.target),
    protocol,
    status,
    bytes,
    duration_ms: Math.round(durationMs * 10) / 10,
    cache,
    source,
    referer: withoutQuery(referer),
    user_agent: userAgent,
  });
  return `${redactLine(line)}\n`;
}

/** A line of NCSA's combined format, as Apache and nginx write it. */
export function combinedLine(entry: AccessEntry): string {
  const { address, at, bytes, method, protocol, referer, status, userAgent } = entry;
  const asked = `${method} ${shownTarget(entry.target)} ${protocol}`;
  const size = bytes === 0 ? '-' : String(bytes);
  const line = `${address} - - [${dateOf(at)}] "${quoted(asked)}" ${status} ${size} "${quoted(withoutQuery(referer) ?? '-')}" "${quoted(userAgent ?? '-')}"`;
  return `${redactLine(line)}\n`;
}

/** Whatever follows the question mark of an HLS target opens something: tokens, grants, signatures. */
function shownTarget(target: string): string {
  if (!target.includes('?')) return target;
  return opensStreams(target) ? (withoutQuery(target) ?? '') : target;
}

/** Also in another spelling, such as with the host in front; what cannot be read may be one. */
function opensStreams(target: string): boolean {
  if (target.startsWith('/hls/')) return true;
  try {
    return parseTarget(target).path.startsWith('/hls/');
  } catch {
    return true;
  }
}

const withoutQuery = (url: string | undefined): string | undefined => url?.split('?', 1)[0];

/** As Apache escapes: what would end the field, and what a terminal would obey. */
const quoted = (text: string): string =>
  text
    .replaceAll(/["\\]/g, '\\$&')
    // oxlint-disable-next-line no-control-regex -- those are what it is about
    .replaceAll(/[\u0000-\u001f\u007f-\uffff]/g, (character) =>
      [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
    );

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `10/Oct/2000:13:55:36 +0000`. */
function dateOf(at: Date): string {
  const [date = '', time = ''] = at.toISOString().split(/[TZ.]/);
  return `${date.slice(8)}/${MONTHS[at.getUTCMonth()]}/${date.slice(0, 4)}:${time} +0000`;
}
