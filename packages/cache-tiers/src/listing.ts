import type { KeyListing } from './cache.js';
import type { Ladder } from './ladder.js';
import type { KeyInfo, Tier } from './tier.js';

export interface ListOptions {
  readonly limit: number;
  readonly offset: number;
  readonly contains?: string;
  readonly prefix?: string;
}

/** Keys asked of a tier at once. */
const PAGE = 500;

/**
 * A page of keys over all tiers: those of the lower tiers first, then those in memory alone, so that processes that
 * share the lower tiers page through them alike. Holds one page of keys at a time, however many there are. Without a
 * filter the total is the largest tier's own count; with one it is counted.
 */
export async function listKeys<M>(ladder: Ladder<M>, options: ListOptions): Promise<KeyListing> {
  const { limit, offset } = options;
  const filtered = (options.contains ?? '') !== '' || (options.prefix ?? '') !== '';
  const tiers = tiersOf(ladder);
  const keys: (KeyInfo & { tiers: string[] })[] = [];
  let seen = 0;
  for (const [index, tier] of tiers.entries()) {
    for await (const info of keysOf(tier, options)) {
      if (await inAny(tiers.slice(0, index), info.key)) continue;
      if (seen++ < offset || keys.length >= limit) continue;
      const later = tiers.slice(index + 1);
      const has = await Promise.all(later.map((other) => isIn(other, info.key)));
      const names = new Set([tier.name, ...later.filter((_, at) => has[at]).map((other) => other.name)]);
      keys.push({ ...info, tiers: fromTheTop(ladder).filter((name) => names.has(name)) });
      if (!filtered && keys.length >= limit) break;
    }
    if (!filtered && keys.length >= limit) break;
  }
  return { keys, total: filtered ? seen : Math.max(seen, await largest(tiers)) };
}

function tiersOf<M>(ladder: Ladder<M>): Tier[] {
  const below = ladder.slots.filter((slot) => slot.state !== 'open').map((slot) => slot.tier);
  return ladder.memory === undefined ? below : [...below, ladder.memory];
}

function fromTheTop<M>(ladder: Ladder<M>): string[] {
  const below = ladder.slots.map((slot) => slot.tier.name);
  return ladder.memory === undefined ? below : [ladder.memory.name, ...below];
}

/** A tier that fails ends its part of the listing. */
async function* keysOf(tier: Tier, options: ListOptions): AsyncGenerator<KeyInfo> {
  const { contains, prefix } = options;
  const filter = { ...(contains === undefined ? {} : { contains }), ...(prefix === undefined ? {} : { prefix }) };
  let cursor: string | undefined;
  do {
    const at = cursor === undefined ? {} : { cursor };
    const page = await tier.keys({ limit: PAGE, ...filter, ...at }).catch(() => ({ keys: [], cursor: undefined }));
    yield* page.keys;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function inAny(tiers: readonly Tier[], key: string): Promise<boolean> {
  for (const tier of tiers) if (await isIn(tier, key)) return true;
  return false;
}

async function isIn(tier: Tier, key: string): Promise<boolean> {
  try {
    if (tier.has !== undefined) return await tier.has(key);
    const entry = await tier.open(key);
    entry?.close();
    return entry !== undefined;
  } catch {
    return false;
  }
}

async function largest(tiers: readonly Tier[]): Promise<number> {
  const counts = await Promise.all(
    tiers.map(async (tier) => {
      try {
        return tier.countEntries === undefined ? (await tier.stats()).entries : await tier.countEntries();
      } catch {
        return 0;
      }
    }),
  );
  return Math.max(0, ...counts);
}
