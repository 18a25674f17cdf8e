/** Where a URI leads if that is the web: `skd:`, `data:` and their like are not for a proxy. */
export function webAddress(uri: string, base: string): URL | undefined {
  if (uri === '') return undefined;
  let url: URL;
  // Asking first whether it can be parsed would parse it twice.
  try {
    url = new URL(uri, base);
  } catch {
    return undefined;
  }
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}
