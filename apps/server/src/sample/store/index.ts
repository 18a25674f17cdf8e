export type { StoreAccount } from './check-signature.js';
export { createObjectStore, type ObjectStoreOptions } from './object-store.js';
export { objects, POSTERS } from './objects.js';
