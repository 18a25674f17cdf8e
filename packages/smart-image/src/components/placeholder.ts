import { thumbHashToAverageRGBA, thumbHashToDataURL } from 'thumbhash';

/**
 * The colour of a thumbhash, as CSS: a few bytes of server-rendered HTML where the picture would be kilobytes.
 * Undefined for what is no thumbhash in base64.
 */
export function placeholderColour(thumbhash: string): string | undefined {
  return decoded(thumbhash, (bytes) => {
    const { r, g, b, a } = thumbHashToAverageRGBA(bytes);
    const of255 = (part: number): number => Math.round(part * 255);
    return `rgb(${of255(r)} ${of255(g)} ${of255(b)} / ${a.toFixed(2)})`;
  });
}

/** The blurred picture that a thumbhash holds, as a `data:` URL of a PNG. */
export function placeholderImage(thumbhash: string): string | undefined {
  return decoded(thumbhash, thumbHashToDataURL);
}

function decoded(thumbhash: string, read: (bytes: Uint8Array) => string): string | undefined {
  try {
    const binary = atob(thumbhash.replaceAll('-', '+').replaceAll('_', '/'));
    // A header of five bytes, then at least a few of picture; more than 32 is none of ours to decode.
    if (binary.length < 5 || binary.length > 32) return undefined;
    return read(Uint8Array.from(binary, (character) => character.codePointAt(0) ?? 0));
  } catch {
    return undefined;
  }
}
