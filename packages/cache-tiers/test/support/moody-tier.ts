import { memoryTier, type Tier, type TierWriter } from '@forebay/cache-tiers';

/** A tier in memory that is not the memory tier, and does as it is told. */
export interface MoodyTier extends Tier {
  mood: 'well' | 'failing' | 'hanging';
  /** How often it was asked for anything. */
  calls: number;
}

export function moodyTier(name: string, options: { shared?: boolean; clock?: () => number } = {}): MoodyTier {
  const { shared = false, clock = Date.now } = options;
  const inner = memoryTier({ name, maxEntryBytes: 64 * 1024 * 1024, clock });
  const mooded = async <T>(work: () => Promise<T> | T): Promise<T> => {
    moody.calls++;
    if (moody.mood === 'failing') throw new Error('in a bad mood');
    if (moody.mood === 'hanging') await new Promise(() => undefined);
    return work();
  };
  const writerOf = (writer: TierWriter | undefined): TierWriter | undefined =>
    writer && {
      write: (chunk) => mooded(() => writer.write(chunk)),
      commit: () => mooded(() => writer.commit()),
      abort: () => writer.abort(),
    };
  const moody: MoodyTier = {
    name,
    shared,
    mood: 'well',
    calls: 0,
    open: (key) => mooded(() => inner.open(key)),
    write: (key, head, size) => mooded(async () => writerOf(await inner.write(key, head, size))),
    renew: (key, head, previous) => mooded(() => inner.renew(key, head, previous)),
    delete: (key) => mooded(() => inner.delete(key)),
    clear: () => mooded(() => inner.clear()),
    keys: (page) => mooded(() => inner.keys(page)),
    stats: () => inner.stats(),
    close: () => Promise.resolve(),
  };
  return moody;
}
