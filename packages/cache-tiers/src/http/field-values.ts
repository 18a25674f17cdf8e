import type { HeaderRecord } from './types.js';

/** A field's value with its lines joined as RFC 9110, section 5.3, joins them; `undefined` where the field is absent. */
export function fieldValue(headers: HeaderRecord, name: string): string | undefined {
  const value = headers[name];
  return value === undefined || typeof value === 'string' ? value : value.join(', ');
}

/** A value as `fieldValue` gives it, for a field that is already at hand. */
export function joinLines(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : value.join(', ');
}

/**
 * The members of a comma-separated list (RFC 9110, section 5.6.1), trimmed, empty ones left out. Commas in a quoted
 * string do not separate; a quotation mark that is never closed is an ordinary character, so that it cannot hide what
 * follows it (`x="1, no-store`).
 */
export function listMembers(value: string): string[] {
  const members: string[] = [];
  let start = 0;
  for (let at = 0; at <= value.length; at += 1) {
    const char = value.charCodeAt(at);
    if (char === QUOTE) {
      const close = closingQuote(value, at);
      if (close === -1) return members.concat(plainMembers(value.slice(start)));
      at = close;
    } else if (at === value.length || char === COMMA) {
      const member = value.slice(start, at).trim();
      if (member !== '') members.push(member);
      start = at + 1;
    }
  }
  return members;
}

/** The content of a quoted string (RFC 9110, section 5.6.4); anything else as it is. */
export function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value.slice(1, -1).replace(/\\(.)/g, '$1');
}

/** A non-negative whole number of seconds (RFC 9111, section 1.2.2), bounded as it says; `undefined` for anything else. */
export function deltaSeconds(value: string): number | undefined {
  return /^\d+$/.test(value) ? Math.min(Number(value), MAX_DELTA_SECONDS) : undefined;
}

/** 2^31 seconds, 68 years: what RFC 9111 has caches take for any greater number. */
const MAX_DELTA_SECONDS = 2_147_483_648;

/** Whether a field name is one (RFC 9110, section 5.1). */
export function isToken(value: string): boolean {
  return /^[!#$%&'*+\-.^_`|~\w]+$/.test(value);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

function closingQuote(value: string, open: number): number {
  for (let at = open + 1; at < value.length; at += 1) {
    const char = value.charCodeAt(at);
    if (char === QUOTE) return at;
    if (char === BACKSLASH) at += 1;
  }
  return -1;
}

function plainMembers(value: string): string[] {
  return value
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
}
