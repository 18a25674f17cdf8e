export type * from './config.js';
export type * from './later-parts.js';
