import { diskTier } from '@forebay/cache-tiers';
import { readAll, writeEntry } from '@forebay/cache-tiers/testing';
import { bodyFor } from './known-body.js';

/** Writes so many bytes in entries of 20 KB, and reads the hot keys again and again meanwhile. */
const [directory = '', name = '', maxBytes = '0', total = '0'] = process.argv.slice(2);
const tier = diskTier({ directory, maxBytes: Number(maxBytes), touchInterval: 50 });

let declined = 0;
for (let written = 0, index = 0; written < Number(total); written += 20_000, index++) {
  const key = `${name}/${index}`;
  if (!(await writeEntry(tier, key, [bodyFor(key, 20_000)]))) declined++;
  if (index % 10 !== 0) continue;
  for (let hot = 0; hot < 5; hot++) {
    const entry = await tier.open(`hot/${hot}`);
    if (entry !== undefined) await readAll(entry.body);
  }
}
await tier.close();
process.stdout.write(`${declined}\n`);
