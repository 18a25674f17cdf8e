/** A part of a URI as bytes: RFC 3986, with nothing but `%XX` decoded. Undefined where an encoding is malformed. */
export function decodePart(part: string): Buffer | undefined {
  const bytes: number[] = [];
  for (let index = 0; index < part.length; index += 1) {
    const code = part.charCodeAt(index);
    if (code > 0x7e) return undefined;
    if (code !== 0x25) {
      bytes.push(code);
      continue;
    }
    const hex = part.slice(index + 1, index + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(hex)) return undefined;
    bytes.push(Number.parseInt(hex, 16));
    index += 2;
  }
  return Buffer.from(bytes);
}

const SLASH = 0x2f;

/** Encodes byte by byte what is not unreserved, as the canonical request of Signature Version 4 wants it. */
export function encodePart(bytes: Uint8Array, keepSlashes: boolean): string {
  let encoded = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    encoded +=
      /[A-Za-z0-9\-._~]/.test(character) || (keepSlashes && byte === SLASH)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
