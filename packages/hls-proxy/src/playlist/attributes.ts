/** An attribute's value by its place in the text, quotes left out. */
export interface AttributeSpan {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

const COMMA = 0x2c;
const EQUALS = 0x3d;
const QUOTE = 0x22;

/**
 * The attributes of a tag (draft-pantos-hls-rfc8216bis section 4.2), from `start` to `end` of the text. Takes what is
 * wrong as players do: spaces around names, values without quotes, a quote that nothing closes.
 */
export function attributeSpans(text: string, start: number, end: number): AttributeSpan[] {
  const spans: AttributeSpan[] = [];
  let at = start;
  while (at < end) {
    const nameStart = at;
    while (at < end && text.charCodeAt(at) !== EQUALS && text.charCodeAt(at) !== COMMA) at += 1;
    const name = text.slice(nameStart, at).trim();
    if (at >= end || text.charCodeAt(at) === COMMA) {
      at += 1;
      continue;
    }
    at = skipBlanks(text, at + 1, end);
    const quoted = text.charCodeAt(at) === QUOTE && at < end;
    const valueStart = quoted ? at + 1 : at;
    const valueEnd = quoted ? firstOf(text, QUOTE, valueStart, end) : firstOf(text, COMMA, valueStart, end);
    spans.push({ name, start: valueStart, end: quoted ? valueEnd : trimmedEnd(text, valueStart, valueEnd), quoted });
    at = firstOf(text, COMMA, valueEnd, end) + 1;
  }
  return spans;
}

function firstOf(text: string, code: number, start: number, end: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) !== code) at += 1;
  return at;
}

/** The first place from `start` on that is neither a space nor a tab. */
export function skipBlanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(text.charCodeAt(at))) at += 1;
  return at;
}

/** Where the text ends if spaces and tabs at its end are left out. */
export function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
