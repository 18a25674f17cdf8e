export { isLent, owned } from './lent.js';
export { RelayPool, type RelayDispatchOptions } from './relay-pool.js';
