import type { BenchCase } from './bench-case.js';
import { coldCase } from './cold-case.js';
import { loadCase } from './load-case.js';
import { longBodyCase, manyBodiesCase } from './memory-cases.js';

export const cases: readonly BenchCase[] = [
  loadCase({ name: 'hit-20k', title: 'Cached image of 20 KB', size: '20k', keys: 1 }),
  loadCase({ name: 'not-modified', title: '304 for a cached image', size: '20k', keys: 1, ask: 'etag' }),
  loadCase({ name: 'range', title: '1 KB range of a cached image', size: '20k', keys: 1, ask: 'range' }),
  loadCase({ name: 'hit-500k', title: 'Cached image of 500 KB', size: '500k', keys: 1 }),
  loadCase({ name: 'keys-10k', title: '10,000 cached images of 20 KB in turn', size: '20k', keys: 10_000 }),
  loadCase({
    name: 'disk-20k',
    title: '1,000 images of 20 KB in turn, from disk',
    size: '20k',
    keys: 1000,
    fromDisk: true,
  }),
  loadCase({ name: 'workers-2', title: 'Two workers, cached image of 20 KB', size: '20k', keys: 1, workers: 2 }),
  loadCase({
    name: 'workers-2-connect',
    title: 'Two workers, cached image of 20 KB, a new connection for each request',
    size: '20k',
    keys: 1,
    workers: 2,
    ask: 'new-connection',
  }),
  coldCase('cold-1000', 1),
  coldCase('workers-2-cold', 2),
  manyBodiesCase,
  longBodyCase,
];
