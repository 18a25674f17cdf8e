/** How the image formats of the web begin, so that a type is believed by the bytes and not by the header alone. */
const SIGNATURES: readonly { readonly type: RegExp; readonly matches: (bytes: Uint8Array) => boolean }[] = [
  { type: /^image\/jpe?g$/, matches: begins([0xff, 0xd8, 0xff]) },
  { type: /^image\/(?:x-)?png$|^image\/apng$/, matches: begins([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
  { type: /^image\/gif$/, matches: begins([0x47, 0x49, 0x46, 0x38]) },
  { type: /^image\/webp$/, matches: (bytes) => ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP' },
  { type: /^image\/(?:avif|hei[cf])(?:-sequence)?$/, matches: (bytes) => ascii(bytes, 4, 8) === 'ftyp' },
  { type: /^image\/bmp$/, matches: begins([0x42, 0x4d]) },
  { type: /^image\/(?:x-icon|vnd\.microsoft\.icon)$/, matches: begins([0, 0, 1, 0]) },
  { type: /^image\/tiff$/, matches: (bytes) => /^(?:II\*\0|MM\0\*)/.test(ascii(bytes, 0, 4)) },
  {
    type: /^image\/svg\+xml$/,
    matches: (bytes) => /^(?:\u00ef\u00bb\u00bf)?\s*<(?!!doctype html|html)/i.test(ascii(bytes, 0, 64)),
  },
  {
    type: /^application\/(?:[\w.-]+\+)?json$/,
    matches: (bytes) => /^(?:\u00ef\u00bb\u00bf)?\s*(?:[[{"\d\-tfn]|$)/.test(ascii(bytes, 0, 64)),
  },
];

const MARKUP = /^(?:\u00ef\u00bb\u00bf)?\s*<(?:!doctype html|html|head|body|script)/i;

/** How many bytes are enough to tell; the longest signature above. */
export const SIGNATURE_BYTES = 64;

/**
 * Whether bytes can be the beginning of what their type says. Types that are not known here pass, unless they claim
 * to be an image and begin like an HTML page.
 */
export function signatureMatches(mediaType: string, first: Uint8Array): boolean {
  const known = SIGNATURES.find(({ type }) => type.test(mediaType));
  if (known) return known.matches(first);
  return !(mediaType.startsWith('image/') && MARKUP.test(ascii(first, 0, SIGNATURE_BYTES)));
}

function begins(signature: readonly number[]): (bytes: Uint8Array) => boolean {
  return (bytes) => {
    const length = Math.min(bytes.length, signature.length);
    if (length === 0) return false;
    for (let index = 0; index < length; index += 1) if (bytes[index] !== signature[index]) return false;
    return true;
  };
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let index = start; index < Math.min(end, bytes.length); index += 1)
    text += String.fromCharCode(bytes[index] ?? 0);
  return text;
}
