import { attributeSpans, skipBlanks, trimmedEnd } from './attributes.js';
import { childKind, type PlaylistChild, URI_ATTRIBUTES } from './child.js';
import { Definitions, fillsInOnly, type Variables } from './variables.js';
import { webAddress } from './web-address.js';

/** A URI and its place in the text. */
export interface ChildSpan extends PlaylistChild {
  readonly start: number;
  readonly end: number;
  /** Whether quotes or the end of the line bound it, rather than a comma. */
  readonly delimited: boolean;
}

export interface Scanned {
  /** In the order of the text. */
  readonly children: readonly ChildSpan[];
  /** What it defines: its children may import that. */
  readonly variables: Variables;
}

const LF = 0x0a;
const CR = 0x0d;
const HASH = 0x23;
const COLON = 0x3a;
const MINUS = 0x2d;
const BOM = 0xfeff;

const NONE: Variables = new Map();

/** Two days of segments of two seconds; more would cost a viewer seconds of everybody's time. */
export const MOST_URIS = 100_000;

/**
 * Finds the URIs of a playlist without parsing the rest. Lines end with LF, CR LF or, as players take it, CR alone.
 *
 * @param baseUrl the playlist's own URL, after redirects
 * @throws {RangeError} when it holds more than 100,000 URIs, or its variables would make it grow beyond all measure
 */
export function scanPlaylist(text: string, baseUrl: URL, imported: Variables = NONE): Scanned {
  const definitions = new Definitions(baseUrl, imported);
  const base = baseUrl.href;
  const children: ChildSpan[] = [];
  let line = '';

  const take = (tag: string, attribute: string | undefined, start: number, end: number, delimited: boolean): void => {
    const raw = text.slice(start, end);
    const resolved = definitions.resolve(raw);
    const uri = resolved && webAddress(resolved.text, base);
    if (uri === undefined) return;
    if (resolved !== undefined && resolved.marked !== resolved.text) {
      const marked = webAddress(resolved.marked, base);
      if (marked === undefined || !fillsInOnly(uri, marked)) return;
    }
    if (children.length === MOST_URIS) throw new RangeError(`the playlist holds more than ${MOST_URIS} URIs`);
    children.push({ uri, raw, kind: childKind(tag, attribute, uri), tag, attribute, start, end, delimited });
  };

  for (let start = text.charCodeAt(0) === BOM ? 1 : 0; start < text.length;) {
    const lineEnd = endOfLine(text, start);
    const from = skipBlanks(text, start, lineEnd);
    start = lineEnd + 1;
    if (from === lineEnd) continue;
    if (text.charCodeAt(from) !== HASH) {
      take(line, undefined, from, trimmedEnd(text, from, lineEnd), true);
      line = '';
      continue;
    }
    if (!text.startsWith('#EXT', from)) continue;
    const colon = tagEnd(text, from, lineEnd);
    const tag = text.slice(from + 1, colon).trimEnd();
    // Channel lists have a duration of -1: what follows is no segment, and its name must tell.
    if (tag === 'EXTINF') line = text.charCodeAt(colon + 1) === MINUS ? '' : tag;
    if (tag === 'EXT-X-STREAM-INF') line = tag;
    if (tag === 'EXTINF' || colon === lineEnd) continue;
    const attributes = attributeSpans(text, colon + 1, lineEnd);
    if (tag === 'EXT-X-DEFINE') definitions.define(text, attributes);
    for (const { name, start: valueStart, end, quoted } of attributes)
      if (URI_ATTRIBUTES.has(name)) take(tag, name, valueStart, end, quoted);
  }
  return { children, variables: definitions.values };
}

function endOfLine(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LF || code === CR) break;
  }
  return at;
}

function tagEnd(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) !== COLON) at += 1;
  return at;
}
