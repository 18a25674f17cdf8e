/** Chunks as one contiguous buffer of its own (never a slice of a shared pool, which it would pin). */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const only = chunks[0];
  if (chunks.length === 1 && only !== undefined && only.byteLength === only.buffer.byteLength) return asBuffer(only);
  let size = 0;
  for (const chunk of chunks) size += chunk.byteLength;
  const joined = Buffer.allocUnsafeSlow(size);
  let position = 0;
  for (const chunk of chunks) {
    joined.set(chunk, position);
    position += chunk.byteLength;
  }
  return joined;
}

/** The same memory as a `Buffer`, the one type that the cache hands out. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
