/** Real Redis servers and clusters, a way to them that can be cut, and the end of all that when the test process dies: those of the cache package. */
export {
  freePorts,
  startCluster,
  startRedis,
  type RedisCluster,
  type RedisServer,
} from '../../../../packages/cache-tiers/test/support/redis-servers.js';
export { cuttableProxy } from '../../../../packages/cache-tiers/test/support/cuttable-proxy.js';
export {
  guardFolder,
  guardProcess,
  releaseProcess,
} from '../../../../packages/cache-tiers/test/support/process-guard.js';
