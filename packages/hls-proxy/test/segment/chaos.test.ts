import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createTieredCache, memoryTier } from '@forebay/cache-tiers';
import type { StoredMeta } from '@forebay/reverse-proxy';
import { Pool } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { Mounted } from '../support/mounted.js';
import { Origin, type Script } from '../support/origin.js';

const bytes = randomBytes(400_000);

interface Fault {
  /** Bytes after which answers break off, each in its turn; the last one stays. @default never */
  readonly cuts?: readonly number[];
  /** How it breaks off. @default the connection is reset */
  readonly by?: 'reset' | 'stall' | 'end';
  readonly etag?: string | null;
  /** Of answers from the second on. */
  readonly laterEtag?: string;
  readonly lastModified?: string;
  readonly ranges?: 'honoured' | 'ignored' | 'wrong';
  readonly chunked?: boolean;
}

/** An origin of `bytes` with a fault. */
function faulty(fault: Fault = {}): Script {
  let answers = 0;
  return (request: IncomingMessage, response: ServerResponse) => {
    const { cuts = [], by = 'reset', ranges = 'honoured', chunked = false } = fault;
    const etag = answers > 0 && fault.laterEtag !== undefined ? fault.laterEtag : fault.etag;
    const cut = cuts[Math.min(answers, cuts.length - 1)] ?? Infinity;
    answers += 1;
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const whole = first === undefined || ranges === 'ignored';
    const from = whole ? 0 : Number(first);
    const body = bytes.subarray(from, whole || last === '' ? undefined : Number(last) + 1);
    const shift = ranges === 'wrong' ? 1 : 0;
    response.writeHead(whole ? 200 : 206, {
      'content-type': 'video/mp2t',
      ...(etag !== null && { etag: etag ?? '"one"' }),
      ...(fault.lastModified !== undefined && { 'last-modified': fault.lastModified }),
      ...(!chunked && { 'content-length': body.length }),
      ...(!whole && { 'content-range': `bytes ${from - shift}-${from + body.length - 1 - shift}/${bytes.length}` }),
    });
    if (cut >= body.length) return response.end(body);
    return response.write(body.subarray(0, cut), () => {
      if (by === 'reset') response.socket?.resetAndDestroy();
      else if (by === 'end') response.socket?.end();
    });
  };
}

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const transports = {
  relay: {},
  undici: { transport: (origin: string, options: Pool.Options) => new Pool(origin, options) },
};
const past = 'Wed, 01 Jan 2020 00:00:00 GMT';

const whole: [what: string, mirrors: readonly Fault[]][] = [
  ['is cut once', [{ cuts: [200_000, Infinity] }]],
  ['is cut twice', [{ cuts: [200_000, 150_000, Infinity] }]],
  ['is cut once in chunks', [{ cuts: [200_000, Infinity], chunked: true }]],
  ['ends short', [{ cuts: [200_000, Infinity], by: 'end' }]],
  ['stalls', [{ cuts: [200_000, Infinity], by: 'stall' }]],
  ['is cut where another mirror has it', [{ cuts: [200_000] }, {}]],
  ['stalls where another mirror has it', [{ cuts: [200_000], by: 'stall' }, {}]],
  ['comes whole when the rest was asked for', [{ cuts: [200_000, Infinity], ranges: 'ignored' }]],
  ['is cut once and known by its date', [{ cuts: [200_000, Infinity], etag: null, lastModified: past }]],
  ['is cut where another mirror has another', [{ cuts: [200_000, Infinity] }, { etag: '"two"' }]],
];

const broken: [what: string, mirrors: readonly Fault[]][] = [
  ['is cut always', [{ cuts: [100] }]],
  ['is cut always, on all mirrors', [{ cuts: [100] }, { cuts: [100] }]],
  ['is cut and has no validator', [{ cuts: [200_000, Infinity], etag: null }, { etag: null }]],
  ['is cut and has a weak entity tag', [{ cuts: [200_000, Infinity], etag: 'W/"one"' }, { etag: 'W/"one"' }]],
  ['has changed meanwhile', [{ cuts: [200_000, Infinity], laterEtag: '"two"' }]],
  ['comes whole and has changed meanwhile', [{ cuts: [200_000, Infinity], laterEtag: '"two"', ranges: 'ignored' }]],
  [
    'comes whole and has no entity tag',
    [{ cuts: [200_000, Infinity], etag: null, lastModified: past, ranges: 'ignored' }],
  ],
  ['comes from another byte', [{ cuts: [200_000, Infinity], ranges: 'wrong' }]],
];

describe.each([
  ['kept', 'relay'],
  ['passed on', 'relay'],
  ['passed on', 'undici'],
] as const)('a segment that is %s over %s', (way, transport) => {
  async function mount(mirrors: readonly Fault[]): Promise<Mounted> {
    const origins = await Promise.all(mirrors.map((fault) => Origin.start(faulty(fault))));
    const cache = createTieredCache<StoredMeta>({ tiers: [memoryTier({ maxBytes: 8_000_000 })] });
    const proxy = await Mounted.start({
      upstreams: {
        origins: origins.map(({ url }) => url),
        bodyTimeout: 150,
        balancer: { strategy: 'round-robin', retry: { ratio: 1 } },
        ...transports[transport],
      },
      ...(way === 'kept' && { cache }),
    });
    ends.push(
      () => Promise.resolve(cache.close()),
      ...origins.map((origin) => () => origin.stop()),
      () => proxy.stop(),
    );
    return proxy;
  }

  it.each(whole)('arrives whole although it %s', async (_what, mirrors) => {
    const proxy = await mount(mirrors);
    const { status, body } = await proxy.get('/hls/a.ts?k=segment');
    expect([status, body.equals(bytes)]).toEqual([200, true]);
  });

  it.each(broken)('ends in a reset when it %s, and is not stored', async (_what, mirrors) => {
    const proxy = await mount(mirrors);
    await expect(proxy.get('/hls/a.ts?k=segment')).rejects.toMatchObject({ code: 'ECONNRESET' });
    const again = await proxy.get('/hls/a.ts?k=segment').catch(() => undefined);
    expect(again?.headers['x-cache']).not.toBe('HIT');
  });
});
