import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { ask } from './ask.js';
import { dispatcherOver, upstream } from './upstreams.js';

const body = 'the same bytes everywhere '.repeat(4000);

/** Numbers in [0, 1) that come out the same each time (mulberry32). */
const dice = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const misbehave = async (roll: number, response: ServerResponse, first: number): Promise<void> => {
  const rest = body.slice(first);
  const headers = {
    etag: '"same"',
    'content-length': rest.length,
    ...(first > 0 && { 'content-range': `bytes ${first}-${body.length - 1}/${body.length}` }),
  };
  const status = first > 0 ? 206 : 200;
  if (roll < 0.1) return void response.socket?.resetAndDestroy();
  if (roll < 0.2) return void response.writeHead(503, { 'retry-after': '0' }).end();
  if (roll < 0.25) return; // hangs
  if (roll < 0.4) {
    response.writeHead(status, headers);
    return void response.write(rest.slice(0, Math.floor(rest.length * roll)), () => response.destroy());
  }
  if (roll < 0.5) await sleep(60);
  response.writeHead(status, headers).end(rest);
};

describe('a dispatcher in the midst of chaos', () => {
  it('gives whole answers or errors, never wrong bytes, and leaves nothing behind', async () => {
    const roll = dice(7);
    const origins = await Promise.all(
      [1, 2, 3, 4].map(() =>
        upstream((incoming, response) => {
          const first = Number(/\d+/.exec(incoming.headers.range ?? '')?.[0] ?? 0);
          misbehave(roll(), response, first).catch(() => undefined);
        }),
      ),
    );
    const dispatcher = dispatcherOver(
      origins.map(({ url }) => url),
      {
        headersTimeout: 200,
        hedgeAfter: 40,
        deadline: 1000,
        maxConnections: 12,
        connections: 4,
        balancer: { retry: { ratio: 1 }, breaker: { blockDuration: 50 } },
      },
    );
    const outcomes = { whole: 0, errors: new Set<unknown>(), wrong: 0 };
    const one = async (): Promise<void> => {
      const leave = new AbortController();
      if (roll() < 0.1) setTimeout(() => leave.abort(), roll() * 50);
      try {
        const { status, text } = await ask(dispatcher, '/', { signal: leave.signal });
        if (status === 200 && text === body) outcomes.whole += 1;
        else if (status !== 503) outcomes.wrong += 1;
      } catch (error) {
        outcomes.errors.add(typeof error === 'object' && error !== null && 'code' in error ? error.code : error);
      }
    };
    for (let wave = 0; wave < 6; wave += 1) {
      await Promise.all(Array.from({ length: 20 }, one));
    }
    expect(outcomes.wrong).toBe(0);
    expect(outcomes.whole).toBeGreaterThan(70);
    const known: unknown[] = [
      'FOREBAY_ALL_FAILED',
      'FOREBAY_BODY_BROKEN',
      'FOREBAY_DEADLINE',
      'FOREBAY_NO_ENDPOINT',
      20,
    ];
    expect([...outcomes.errors].filter((code) => !known.includes(code))).toEqual([]);
    await vi.waitFor(() => {
      expect(dispatcher.status().map(({ inFlight, pool }) => [inFlight, pool.running])).toEqual(
        origins.map(() => [0, 0]),
      );
    });
    await dispatcher.close();
  });
});
