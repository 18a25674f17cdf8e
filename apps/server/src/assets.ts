/** Files that are packaged beside the code, found from the sources and from what is built of them. */
export const ASSETS: URL = new URL('../assets/', import.meta.url);
