import { fieldValue, isToken, joinLines, listMembers } from './field-values.js';
import type { HeaderRecord } from './types.js';

/**
 * The request fields that the response depends on (`Vary`; RFC 9110, section 12.5.5), in lower case, sorted, each once.
 * `'*'` where one of them is `*` or no field name: no other request can then be known to match.
 */
export function varyNames(responseHeaders: HeaderRecord): readonly string[] | '*' {
  const vary = fieldValue(responseHeaders, 'vary');
  if (vary === undefined) return NO_NAMES;
  const names = new Set(listMembers(vary).map((name) => name.toLowerCase()));
  for (const name of names) if (name === '*' || !isToken(name)) return '*';
  return [...names].toSorted();
}

/**
 * The secondary cache key (RFC 9111, section 4.1) of a request for a response with these `varyNames`: two requests that
 * the origin cannot tell apart by the named fields have the same. Lines are combined and white space around commas is
 * dropped; fields of preferences go by their meaning (case, `q=1`, for `Accept-Encoding` order). A field that is absent
 * differs from an empty one. `''` where there are no names. As long as what the client sent: hash it where that matters.
 */
export function varyKey(names: readonly string[], requestHeaders: HeaderRecord): string {
  let key = '';
  for (const name of names) {
    const value = Object.hasOwn(requestHeaders, name) ? requestHeaders[name] : undefined;
    if (key !== '') key += '&';
    key += value === undefined ? name : `${name}=${normalized(name, joinLines(value))}`;
  }
  return key;
}

const NO_NAMES: readonly string[] = Object.freeze([]);

/**
 * Clients send few different values, and a cache looks at them on every hit: those seen lately are kept ready, as many
 * and as long ones as cost some hundred kilobytes at most.
 */
const READY_ENTRIES = 512;
const READY_LENGTH = 256;
const ready = new Map<string, string>();

function normalized(name: string, value: string): string {
  if (/^[a-z\d-]*$/.test(value)) return value;
  if (value.length > READY_LENGTH) return escape(normalize(name, value));
  const key = `${name}:${value}`;
  let result = ready.get(key);
  if (result === undefined) {
    result = escape(normalize(name, value));
    if (ready.size >= READY_ENTRIES) ready.clear();
    ready.set(key, result);
  }
  return result;
}

function normalize(name: string, value: string): string {
  const members = listMembers(value);
  switch (name) {
    case 'accept-encoding':
      // Codings have no order but that of their weights (RFC 9110, section 12.5.3).
      return members.map(normalizePreference).toSorted().join(',');
    case 'accept':
    case 'accept-charset':
    case 'accept-language':
      return members.map(normalizePreference).join(',');
    default:
      return members.join(',');
  }
}

/** `GZIP ; Q=1.0` is `gzip`, `br;q=0.50` is `br;q=0.5`. Quoted parameters keep their case. */
function normalizePreference(member: string): string {
  if (member.includes('"')) return member;
  const [first = '', ...parameters] = member.toLowerCase().split(';');
  let preference = first.trim();
  for (const parameter of parameters) {
    const text = parameter.trim();
    const weight = /^q=([01](?:\.\d{0,3})?)$/.exec(text)?.[1];
    if (weight === undefined) preference += `;${text}`;
    else if (Number(weight) !== 1) preference += `;q=${Number(weight)}`;
  }
  return preference;
}

function escape(value: string): string {
  return value.replace(/[%&]/g, encodeURIComponent);
}
