import { createOpaqueUrls, isGuardError, type SigningKey } from '@forebay/guard';
import { Problem } from '@forebay/reverse-proxy';

/** URLs on other hosts as paths of ours: `/@/{sealed}.ts`. */
export interface ForeignUrls {
  /** @throws {Problem} 502 for what cannot be sealed */
  pathOf(url: URL): string;
  /** The URL of such a path; undefined unless it was sealed here. */
  open(path: string): URL | undefined;
}

export const FOREIGN = '/@/';

/** Characters of sealed URLs remembered, with what they stand for: those of long playlists, asked for by many viewers. */
const REMEMBERED = 4 * 1024 * 1024;

/** Players judge by it, ffmpeg among them, so it stays in sight. */
const extensionOf = (url: URL): string => /\.[\da-z]{1,5}$/i.exec(url.pathname)?.[0] ?? '';

export const createForeignUrls = (keys: readonly SigningKey[]): ForeignUrls => {
  const opaque = createOpaqueUrls({ keys });
  const sealed = new Map<string, string>();
  let characters = 0;

  const remember = (href: string, path: string): void => {
    characters += href.length + path.length;
    for (const [oldest, its] of sealed) {
      if (characters <= REMEMBERED) break;
      sealed.delete(oldest);
      characters -= oldest.length + its.length;
    }
    sealed.set(href, path);
  };

  return {
    pathOf(url) {
      const known = sealed.get(url.href);
      if (known !== undefined) return known;
      try {
        const path = `${FOREIGN}${opaque.seal(url)}${extensionOf(url)}`;
        remember(url.href, path);
        return path;
      } catch (error) {
        if (!isGuardError(error)) throw error;
        throw new Problem(502, 'bad-playlist', 'the playlist names a URL that cannot be led through the proxy', {
          cause: error,
        });
      }
    },
    open(path) {
      const [id = '', text = '', ...extension] = path.slice(FOREIGN.length).split('.');
      const url = opaque.open(`${id}.${text}`);
      if (url === undefined) return undefined;
      // One path a URL.
      return extensionOf(url) === extension.map((part) => `.${part}`).join('') ? url : undefined;
    },
  };
};
