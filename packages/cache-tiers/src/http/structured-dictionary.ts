/** A member's value; inner lists and byte sequences are told apart only by their type, as no cache directive has one. */
export type StructuredItem =
  | { readonly type: 'integer' | 'decimal'; readonly value: number }
  | { readonly type: 'string' | 'token'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'bytes' | 'inner-list' };

const KEY = /[a-z*][a-z0-9_\-.*]*/y;
const NUMBER = /-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.])/y;
const STRING = /"(?:[ !#-[\]-~]|\\["\\])*"/y;
const TOKEN = /[A-Za-z*][!#$%&'*+\-.^_`|~\w:/]*/y;
const BYTES = /:[A-Za-z0-9+/=]*:/y;
const BOOLEAN = /\?[01]/y;
const SPACES = / */y;
const BLANKS = /[ \t]*/y;

/** Text and a place in it. */
interface Cursor {
  readonly text: string;
  at: number;
}

/** Reads a dictionary (RFC 8941, section 4.2.2), parameters passed over; `undefined` where the text is none. */
export function parseDictionary(text: string): ReadonlyMap<string, StructuredItem> | undefined {
  const cursor: Cursor = { text: text.trim(), at: 0 };
  const members = new Map<string, StructuredItem>();
  while (cursor.at < cursor.text.length) {
    const key = take(cursor, KEY);
    if (key === undefined) return undefined;
    const item: StructuredItem | undefined = skip(cursor, '=') ? readMember(cursor) : { type: 'boolean', value: true };
    if (item === undefined || !skipParameters(cursor)) return undefined;
    members.set(key, item);
    take(cursor, BLANKS);
    if (cursor.at === cursor.text.length) return members;
    if (!skip(cursor, ',')) return undefined;
    take(cursor, BLANKS);
    if (cursor.at === cursor.text.length) return undefined;
  }
  return members;
}

function readMember(cursor: Cursor): StructuredItem | undefined {
  if (!skip(cursor, '(')) return readItem(cursor);
  for (;;) {
    take(cursor, SPACES);
    if (skip(cursor, ')')) return { type: 'inner-list' };
    if (readItem(cursor) === undefined || !skipParameters(cursor)) return undefined;
    const next = cursor.text[cursor.at];
    if (next !== ' ' && next !== ')') return undefined;
  }
}

function readItem(cursor: Cursor): StructuredItem | undefined {
  const number = take(cursor, NUMBER);
  if (number !== undefined) return { type: number.includes('.') ? 'decimal' : 'integer', value: Number(number) };
  const string = take(cursor, STRING);
  if (string !== undefined) return { type: 'string', value: string.slice(1, -1).replace(/\\(.)/g, '$1') };
  const token = take(cursor, TOKEN);
  if (token !== undefined) return { type: 'token', value: token };
  const boolean = take(cursor, BOOLEAN);
  if (boolean !== undefined) return { type: 'boolean', value: boolean === '?1' };
  return take(cursor, BYTES) === undefined ? undefined : { type: 'bytes' };
}

function skipParameters(cursor: Cursor): boolean {
  while (skip(cursor, ';')) {
    take(cursor, SPACES);
    if (take(cursor, KEY) === undefined) return false;
    if (skip(cursor, '=') && readItem(cursor) === undefined) return false;
  }
  return true;
}

function skip(cursor: Cursor, char: string): boolean {
  if (cursor.text[cursor.at] !== char) return false;
  cursor.at += 1;
  return true;
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text)?.[0];
  if (match !== undefined) cursor.at += match.length;
  return match;
}
