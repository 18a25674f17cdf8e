/** Memory that connections read into again and again. */
const reused = new WeakSet<ArrayBufferLike>();

/** Makes a buffer whose slices are lent, not given: what lies in them changes with the connection's next read. */
export function lendingBuffer(bytes: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  reused.add(buffer.buffer);
  return buffer;
}

/** Whether a chunk is only lent: until the handler that got it returns, or until it resumes the body it has paused. */
export const isLent = (chunk: Uint8Array): boolean => reused.has(chunk.buffer);

/** The chunk for keeps: a copy if it was lent. */
export const owned = (chunk: Uint8Array): Uint8Array => (isLent(chunk) ? Buffer.from(chunk) : chunk);
