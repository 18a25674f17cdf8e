/** Bits of what a request's fields ask for. */
export const PLAIN = 0;
/** A condition or a range: the answer is worked out, still from memory. */
export const CONDITIONAL = 1;
/** The caller named its request. */
export const NAMED = 4;
/** Something that may change which answer is right: not for the fast path. */
export const PARTICULAR = 2;

const MEANING: Readonly<Record<string, number>> = {
  'if-none-match': CONDITIONAL,
  'if-modified-since': CONDITIONAL,
  'if-match': CONDITIONAL,
  'if-unmodified-since': CONDITIONAL,
  range: CONDITIONAL,
  'if-range': CONDITIONAL,
  'x-request-id': NAMED,
  authorization: PARTICULAR,
  'cache-control': PARTICULAR,
  pragma: PARTICULAR,
  expect: PARTICULAR,
  upgrade: PARTICULAR,
  'content-length': PARTICULAR,
  'transfer-encoding': PARTICULAR,
};

// Clients send few different spellings; a cheaper look-up than lower-casing each name of each request.
const known = new Map<string, number>();
const MOST_KNOWN = 256;

/** What all the fields of a request (`rawHeaders`) ask for together. */
export function scanFields(rawHeaders: readonly string[]): number {
  let bits = PLAIN;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    bits |= known.get(name) ?? learn(name);
  }
  return bits;
}

function learn(name: string): number {
  const meaning = MEANING[name.toLowerCase()] ?? PLAIN;
  if (known.size < MOST_KNOWN) known.set(name, meaning);
  return meaning;
}
