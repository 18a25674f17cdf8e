import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Coordinator, LoadLease } from '../bus.js';
import { RedisConnection } from './connection.js';
import { wholeNumber, type RedisConnectionOptions } from './options.js';
import { EXTEND_LOCK, RELEASE_LOCK } from './scripts.js';

export interface RedisLockOptions extends RedisConnectionOptions {
  /** A connection to share; whoever made it closes it. @default one of its own, from the other options */
  readonly connection?: RedisConnection;
  /** How long a lock outlives a process that died while it loaded; a living one extends it. ms @default 5000 */
  readonly ttl?: number;
  /** How long to wait for another process before loading oneself. ms @default 2000 */
  readonly maxWait?: number;
}

export interface RedisLock extends Coordinator {
  close(): Promise<void>;
}

const FIRST_POLL = 10;
const SLOWEST_POLL = 100;
/**
 * How long a lock that was given back sends on those who come. They may have looked into the shared tier just before the
 * entry got there; taking the lock they would load it a second time. ms
 */
const JUST_LOADED = 500;
const nothing: LoadLease = { release: () => Promise.resolve() };

/**
 * One load for all processes: whoever sets the lock (`SET NX PX` with a token of its own, removed only by that token;
 * Redis documentation, "Distributed locks", single instance) loads, the rest wait. It spares work and guarantees
 * nothing: without Redis, or when a load takes long, everyone loads for themselves.
 */
export const redisLock = (options: RedisLockOptions = {}): RedisLock => {
  const ttl = wholeNumber('ttl', options.ttl ?? 5000, 100, 600_000);
  const maxWait = wholeNumber('maxWait', options.maxWait ?? 2000, 0, 600_000);
  const connection = options.connection ?? new RedisConnection(options);
  const { readTimeout } = connection.options;

  const giveBack = (name: string, token: string): Promise<unknown> =>
    connection.write(name, (redis) => redis.eval(RELEASE_LOCK, 1, name, token, JUST_LOADED)).catch(() => undefined);

  const lease = (name: string, token: string): LoadLease => {
    const extend = setInterval(() => {
      connection.write(name, (redis) => redis.eval(EXTEND_LOCK, 1, name, token, ttl)).catch(() => undefined);
    }, ttl / 3).unref();
    return {
      release: async () => {
        clearInterval(extend);
        await giveBack(name, token);
      },
    };
  };

  return {
    claim: async (key, { signal } = {}) => {
      const name = connection.names.lock(key);
      const token = randomUUID();
      const end = performance.now() + maxWait;
      // Whoever claims may just have waited for a read in vain: a lock is not worth a second deadline.
      if (connection.set.doubts(name)) return nothing;
      const take = (redis: Redis): Promise<'OK' | null> => redis.set(name, token, 'PX', ttl, 'NX');
      try {
        const taken = await connection.write(name, take, readTimeout / 2).catch((error: Error) => {
          // It may have been taken all the same, late, and nobody would give it back.
          void giveBack(name, token);
          throw error;
        });
        if (taken === 'OK') return lease(name, token);
        for (let wait = FIRST_POLL; performance.now() < end && !signal?.aborted;) {
          const holder = await connection.write(name, (redis) => redis.get(name), readTimeout);
          if (holder === null || holder === '') return undefined;
          await pause(wait * (0.5 + Math.random()), undefined, signal ? { signal } : {});
          wait = Math.min(wait * 1.5, SLOWEST_POLL);
        }
      } catch {
        // Fails open: below.
      }
      return nothing;
    },
    close: () => (options.connection ? Promise.resolve() : connection.close()),
  };
};
