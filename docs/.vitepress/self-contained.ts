import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What makes a browser fetch something of its own accord, from another host. */
const FETCHED =
  /<(?:script|img|iframe|source|video|audio)\b[^>]*\bsrc="(?:https?:)?\/\/[^"]+"|<link\b[^>]*\brel="(?:stylesheet|preload|preconnect|icon)"[^>]*\bhref="(?:https?:)?\/\/[^"]+"|<link\b[^>]*\bhref="(?:https?:)?\/\/[^"]+"[^>]*\brel="(?:stylesheet|preload|preconnect|icon)"|url\(["']?(?:https?:)?\/\/[^)]+\)|@import\s+["'](?:https?:)?\/\/[^"']+/g;

/** Fails the build if a page would fetch anything from another host: fonts, scripts, styles, pictures. */
export async function selfContained(folder: string): Promise<void> {
  const found: string[] = [];
  for (const file of await readdir(folder, { recursive: true })) {
    if (!/\.(?:html|css)$/.test(file)) continue;
    // oxlint-disable-next-line no-await-in-loop -- a few dozen files, one at a time
    const text = await readFile(join(folder, file), 'utf8');
    for (const [match] of text.matchAll(FETCHED)) found.push(`${file}: ${match.slice(0, 120)}`);
  }
  if (found.length > 0) throw new Error(`the site would fetch from other hosts:\n${found.join('\n')}`);
}
