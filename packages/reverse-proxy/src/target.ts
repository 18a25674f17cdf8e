import { Problem } from './problem.js';

/** A request target taken apart, in one canonical spelling. */
export interface Target {
  /** Begins with `/`; unreserved characters decoded, the rest percent-encoded in upper case. */
  readonly path: string;
  /** Without the `?`; empty when there is none. */
  readonly query: string;
}

/** Longest request target that is looked at, in characters. */
export const MAX_TARGET_LENGTH = 8192;

const PLAIN = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@/]*$/;
const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/;
// What a path may hold besides percent-encodings; browsers and players send some of these raw.
const FORBIDDEN = /[\u0000-\u0020\u007f"<>\\^`{|}#]/;
const ESCAPE = /%([0-9A-Fa-f]{2})?/g;
const UNRESERVED = /[A-Za-z0-9\-._~]/;

const refuse = (detail: string): Problem => new Problem(400, 'bad-target', detail);

/**
 * Reads a request target (RFC 9112 section 3.2): origin-form, or absolute-form, whose authority is ignored, for it is
 * the client's to choose and no key may depend on it.
 *
 * @throws {Problem} 400 for what is malformed or climbs out of the path, 414 for what is too long.
 */
export function parseTarget(raw: string): Target {
  if (raw.length > MAX_TARGET_LENGTH)
    throw new Problem(
      414,
      'target-too-long',
      `the request target has ${raw.length} characters; at most ${MAX_TARGET_LENGTH} are read`,
    );
  if (PLAIN.test(raw) && !DOT_SEGMENT.test(raw)) return { path: raw, query: '' };
  const origin = raw.startsWith('/') ? raw : originForm(raw);
  const mark = origin.indexOf('?');
  const path = mark < 0 ? origin : origin.slice(0, mark);
  const query = mark < 0 ? '' : origin.slice(mark + 1);
  return { path: canonicalPath(path), query: canonicalEscapes(query, 'query') };
}

/** The target as it is sent and keyed. */
export function formatTarget(target: Target): string {
  return target.query === '' ? target.path : `${target.path}?${target.query}`;
}

function originForm(raw: string): string {
  const match = /^https?:\/\/[^/?#]+/i.exec(raw);
  if (!match) throw refuse('the request target is neither a path nor an absolute http URL');
  const rest = raw.slice(match[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function canonicalPath(path: string): string {
  const canonical = canonicalEscapes(path, 'path');
  // Encoded slashes count as slashes here: what an upstream would decode must not climb either.
  const asSeenUpstream = canonical.replace(/%2F|%5C/g, '/');
  if (DOT_SEGMENT.test(asSeenUpstream)) throw refuse('the path holds a "." or ".." segment');
  return canonical;
}

function canonicalEscapes(text: string, part: 'path' | 'query'): string {
  const forbidden = FORBIDDEN.exec(text);
  if (forbidden && !(part === 'query' && /["<>^`{|}\\]/.test(forbidden[0])))
    throw refuse(`the ${part} holds the character ${JSON.stringify(forbidden[0])}, which must be percent-encoded`);
  if (!text.includes('%')) return text;
  return text.replace(ESCAPE, (escape, hex: string | undefined) => {
    if (hex === undefined) throw refuse(`the ${part} holds a "%" that is not followed by two hexadecimal digits`);
    const code = Number.parseInt(hex, 16);
    if (code === 0) throw refuse(`the ${part} holds %00`);
    const character = String.fromCharCode(code);
    return UNRESERVED.test(character) ? character : escape.toUpperCase();
  });
}
