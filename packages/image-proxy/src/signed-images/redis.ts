export { redisBookStore, type RedisBookStoreOptions } from './redis/redis-book-store.js';
