import type { SessionStore } from '@forebay/hls-proxy';
import { randomBytes } from 'node:crypto';
import type { Config, HlsConfig } from '../config/index.js';
import type { RedisConfig } from '../config/config.js';
import type { Logger } from '../log/logger.js';
import type { Bus } from '../process/messages.js';
import { busSessionStore } from './hls-store-bus.js';
import { connectionOptions } from './shared-tiers.js';

/** What all workers must agree on: who watches, and how it is signed what they may ask for. */
export interface SharedSessions {
  readonly store: SessionStore;
  /** The first signs, all verify. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Sessions in Redis, so that all nodes agree, over a connection of their own. */
export async function redisSessions(redis: RedisConfig): Promise<SessionStore> {
  const { redisSessionStore } = await import('@forebay/hls-proxy/redis');
  return redisSessionStore({ ...connectionOptions(redis), poolSize: 2, minIdle: 1 });
}

/** Opens the sessions from a worker: in Redis when there is one, else in the primary. */
export async function openSessionStore({
  bus,
  config,
  logger,
}: {
  readonly bus: Bus;
  readonly config: Pick<Config, 'redis' | 'hls'>;
  readonly logger: Logger;
}): Promise<SharedSessions> {
  const store = config.redis === undefined ? busSessionStore(bus) : await redisSessions(config.redis);
  return { store, secrets: await secretsOf(config.hls, store, logger), close: () => store.close() };
}

/** The operator's secrets; none given, one that all processes and nodes agree on. */
async function secretsOf(hls: HlsConfig, store: SessionStore, logger: Logger): Promise<readonly string[]> {
  if (hls.secretKey !== undefined)
    return hls.previousSecretKey === undefined ? [hls.secretKey] : [hls.secretKey, hls.previousSecretKey];
  const proposed = newSecret();
  try {
    return [await store.secret({ proposed })];
  } catch (error) {
    logger.warn(
      { event: 'hls_secret_alone', err: error },
      'no secret could be agreed on: URLs on other hosts that this process signs are good in it alone',
    );
    return [proposed];
  }
}
