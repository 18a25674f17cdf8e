export { redisSessionStore, type RedisSessionStoreOptions } from './sessions/redis-store.js';
export type { SessionStore } from './sessions/store.js';
