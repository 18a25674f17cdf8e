import { existsSync } from 'node:fs';

/** Files that are packaged beside the code, found from the sources and from what is built of them. */
export const ASSETS: URL = new URL('../assets/', import.meta.url);

/** Where the built files of a web application are: beside the built server, else, in the repository, where they were built. */
export function builtPages(name: 'pages' | 'dashboard'): URL {
  const packaged = new URL(`public/${name}/`, import.meta.url);
  return existsSync(packaged) ? packaged : new URL(`../../${name}/dist/`, import.meta.url);
}
