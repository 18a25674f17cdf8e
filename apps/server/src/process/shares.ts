import type { Config } from '../config/index.js';
import type { Shares } from './roles.js';

const part = (whole: number, workers: number): number => Math.max(1, Math.floor(whole / workers));

/** Shares what is stated for all workers together evenly among them. */
export const shareOut = (config: Config, workers: number): Shares => ({
  workers,
  memoryBytes: part(config.memory.bytes, workers),
  memoryEntries: part(config.memory.entries, workers),
  connections: part(config.upstream.connections, workers),
  connectionsPerHost: part(config.upstream.connectionsPerHost, workers),
});
