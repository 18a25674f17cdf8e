import type { Body, EntryHead, Tier } from '@forebay/cache-tiers';

/** A head that lives for a minute, with what a test wants different. */
export const headOf = (more: Partial<EntryHead> = {}): EntryHead => {
  const now = Date.now();
  return {
    metadata: { type: 'image/jpeg' },
    storedAt: now,
    freshUntil: now + 60_000,
    staleWhileRevalidateUntil: now + 60_000,
    staleIfErrorUntil: now + 60_000,
    tags: [],
    ...more,
  };
};

/** Bytes that differ from place to place and from seed to seed. */
export const bytesOf = (size: number, seed = 1): Buffer => {
  const bytes = Buffer.allocUnsafe(size);
  let state = seed * 2_654_435_761;
  for (let index = 0; index < size; index += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
};

export const put = async (
  tier: Tier,
  key: string,
  bytes: Uint8Array,
  { head = headOf(), chunk = 65_536 }: { head?: EntryHead; chunk?: number } = {},
): Promise<void> => {
  const writer = await tier.write(key, head, bytes.length);
  if (!writer) throw new Error(`the tier does not want ${key}`);
  for (let from = 0; from < bytes.length; from += chunk) await writer.write(bytes.subarray(from, from + chunk));
  await writer.commit();
};

export const bodyOf = async (body: Body, range?: { start: number; end: number }): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.reader(range)) chunks.push(chunk);
  return Buffer.concat(chunks);
};

export const read = async (tier: Tier, key: string): Promise<Buffer | undefined> => {
  const entry = await tier.open(key);
  return entry && bodyOf(entry.body);
};
