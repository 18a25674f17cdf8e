import { createRequire } from 'node:module';

interface Manifest {
  readonly version: string;
}

/** This package's version, as its manifest states it. */
export const VERSION: string = (createRequire(import.meta.url)('../package.json') as Manifest).version;
