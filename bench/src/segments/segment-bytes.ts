const MEGABYTE = 1024 * 1024;

/** What an origin's first path segment means, in bytes. */
export const SIZES: ReadonlyMap<string, number> = new Map([
  ['1m', MEGABYTE],
  ['64m', 64 * MEGABYTE],
]);

/** A segment: bytes that do not compress, the same in every process. */
export const segmentOf: Buffer = ((): Buffer => {
  const bytes = Buffer.alloc(MEGABYTE);
  let state = 0x9e3779b9;
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
})();
