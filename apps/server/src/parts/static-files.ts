import { readFile, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '@forebay/reverse-proxy';
import { contentSecurityPolicy, type ContentSources } from './content-security-policy.js';
import { acceptedCoding, staticFile, type StaticFile } from './static-file.js';

export interface StaticPagesOptions {
  /** The folder of the built files. It may be missing: that is answered with 503. */
  readonly root: URL;
  /** What the paths of files begin with, such as `/monitor/`. */
  readonly prefix: string;
  /** Pages by path, such as `{ '/monitor': 'index.html' }`; a page is not served under its file's name. */
  readonly pages: Readonly<Record<string, string>>;
  /** What pages may load besides their own scripts, styles, pictures, fonts and data. */
  readonly sources?: ContentSources;
}

/** The built files of a web application, each path an exact one. */
export interface StaticPages {
  /** Whether a path (without its query) is here to be answered, be it with 404. */
  takes(path: string): boolean;
  /** @throws {Problem} 404, 405, or 503 where the files have not been built. */
  fetch(request: Request): Promise<Response>;
}

/**
 * Serves the files of a folder from memory: they are few, and a look-up by the whole path leaves nothing to climb out
 * of. Tags are strong, names with a hash are kept for ever, and pages come with a content security policy that starts
 * from `default-src 'none'`.
 */
export function staticPages({ root, prefix, pages, sources = {} }: StaticPagesOptions): StaticPages {
  const policy = contentSecurityPolicy(sources);
  let loaded: Promise<ReadonlyMap<string, StaticFile>> | undefined;
  const load = (): Promise<ReadonlyMap<string, StaticFile>> =>
    (loaded ??= readAll(root, prefix, pages).catch((error: unknown) => {
      loaded = undefined;
      throw notBuilt(error);
    }));

  return {
    takes: (path) => Object.hasOwn(pages, path) || path.startsWith(prefix),
    async fetch({ method, url, headers }) {
      if (method !== 'GET' && method !== 'HEAD')
        throw new Problem(405, 'method-not-allowed', `a page answers GET, HEAD, not ${method}`, {
          headers: { allow: 'GET, HEAD' },
        });
      const { pathname } = new URL(url);
      const file = (await load()).get(pathname);
      if (file === undefined) throw new Problem(404, 'not-found', `there is nothing at ${pathname}`);
      const { body, coding, etag } = await file.in(acceptedCoding(headers.get('accept-encoding')));
      const described = {
        'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
        etag,
        vary: 'Accept-Encoding',
        'x-content-type-options': 'nosniff',
        ...(file.isPage ? { 'content-security-policy': policy, ...PAGE_HEADERS } : {}),
      };
      if (headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: described });
      return new Response(method === 'HEAD' ? null : new Uint8Array(body), {
        headers: {
          ...described,
          'content-type': file.type,
          'content-length': String(body.length),
          ...(coding === 'identity' ? {} : { 'content-encoding': coding }),
        },
      });
    },
  };
}

const PAGE_HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'same-origin',
};

async function readAll(
  root: URL,
  prefix: string,
  pages: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, StaticFile>> {
  const folder = fileURLToPath(root);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, StaticFile>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length).split(sep).join('/');
    const file = staticFile(name, await readFile(path));
    const places = Object.keys(pages).filter((place) => pages[place] === name);
    for (const place of file.isPage ? places : [prefix + name]) files.set(place, file);
  }
  return files;
}

function notBuilt(cause: unknown): unknown {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return cause;
  return new Problem(503, 'pages-not-built', 'the pages have not been built: run `pnpm build` in the repository');
}
