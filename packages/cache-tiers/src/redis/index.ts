export { redisBus, type RedisBusOptions } from './bus.js';
export { redisConnection, type RedisConnection, type RedisState } from './connection.js';
export { RedisTierError, type RedisErrorReason } from './errors.js';
export { redisLock, type RedisLock, type RedisLockOptions } from './lock.js';
export type { RedisConnectionOptions } from './options.js';
export type { RedisTierSettings } from './tier-options.js';
export { redisTier, type RedisTier, type RedisTierOptions } from './tier.js';
export type { WriteBehindCounts } from './write-behind.js';
export type { BusGap, BusMessage, Coordinator, InvalidationBus, LoadLease } from '../bus.js';
