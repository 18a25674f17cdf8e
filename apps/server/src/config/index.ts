export type * from './config.js';
export type * from './hls-config.js';
export type * from './store-config.js';
export type { ConfigEntry } from './entries.js';
export { loadConfig, type LoadedConfig, type LoadOptions } from './load.js';
export { ConfigError, configExitStatus, type Problem } from './problems.js';
