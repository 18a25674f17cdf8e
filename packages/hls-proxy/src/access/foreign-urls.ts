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

/** Most sealed URLs remembered: those of a long playlist, asked for by many viewers. */
const REMEMBERED = 10_000;

/** Players judge by it, ffmpeg among them, so it stays in sight. */
const extensionOf = (url: URL): string => /\.[\da-z]{1,5}$/i.exec(url.pathname)?.[0] ?? '';

export const createForeignUrls = (keys: readonly SigningKey[]): ForeignUrls => {
  const opaque = createOpaqueUrls({ keys });
  const sealed = new Map<string, string>();
  return {
    pathOf(url) {
      const known = sealed.get(url.href);
      if (known !== undefined) return known;
      try {
        const path = `${FOREIGN}${opaque.seal(url)}${extensionOf(url)}`;
        if (sealed.size >= REMEMBERED) sealed.delete(sealed.keys().next().value ?? '');
        sealed.set(url.href, path);
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
