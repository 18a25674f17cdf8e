import { diskTier } from '@forebay/cache-tiers';
import { entryHead } from '@forebay/cache-tiers/testing';
import { bodyFor } from './known-body.js';

/** Writes entries of 3 MB, four at a time, in pieces, for as long as it lives; prints a line with every piece. */
const [directory = '', name = ''] = process.argv.slice(2);
const tier = diskTier({ directory });

async function write(lane: number): Promise<void> {
  for (let round = 0; ; round++) {
    const key = `${lane}/${round % 3}`;
    const body = bodyFor(`${key}/${name}/${round}`, 3_000_000);
    const writer = await tier.write(
      key,
      entryHead(Date.now(), { metadata: `${key}/${name}/${round}` }),
      body.byteLength,
    );
    if (writer === undefined) throw new Error('declined');
    for (let from = 0; from < body.byteLength; from += 300_000) {
      await writer.write(body.subarray(from, from + 300_000));
      process.stdout.write('piece\n');
      await new Promise(setImmediate);
    }
    await writer.commit();
    writer.release?.();
  }
}

await Promise.all([0, 1, 2, 3].map(write));
