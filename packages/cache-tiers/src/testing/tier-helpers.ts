import type { Body, ByteRange, EntryHead } from '../entry.js';
import type { Tier } from '../tier.js';

/** A head that is fresh for an hour from `now` on. */
export function entryHead(now: number, changes: Partial<EntryHead> = {}): EntryHead {
  const freshUntil = now + 3_600_000;
  return {
    metadata: { type: 'image/png', status: 200 },
    storedAt: now,
    freshUntil,
    staleWhileRevalidateUntil: freshUntil,
    staleIfErrorUntil: freshUntil,
    tags: [],
    ...changes,
  };
}

/** Writes chunks and commits; false where the tier does not want them. */
export async function writeEntry(
  tier: Tier,
  key: string,
  chunks: readonly Uint8Array[],
  head: EntryHead = entryHead(Date.now()),
): Promise<boolean> {
  const size = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const writer = await tier.write(key, head, size);
  if (writer === undefined) return false;
  for (const chunk of chunks) await writer.write(chunk);
  await writer.commit();
  writer.release?.();
  return true;
}

/** Reads a body, or a range of it, to its end. */
export async function readAll(body: Body, range?: ByteRange): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.reader(range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
