export type { StoreAccount } from './check-signature.js';
export { createObjectStore } from './object-store.js';
export { objects } from './objects.js';
