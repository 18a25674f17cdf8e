import { existsSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';

const root = fileURLToPath(new URL('../../', import.meta.url));
const REPOSITORY = 'https://github.com/forebay/forebay';

/**
 * Links in the sources are those of the repository, so that they work where it is browsed. On the site, what lies outside of
 * `docs/` is at the repository's address, but for the packages' READMEs, which are pages here. A link to nothing fails the build.
 */
export function ledOut(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('led-out', ({ env, tokens }) => {
    const { relativePath } = env as MarkdownEnv;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href !== null) token.attrSet('href', siteLink(href, relativePath));
    }
  });
}

/** What a link of the page at `page`, below `docs/`, is on the site. */
export function siteLink(href: string, page: string): string {
  if (/^(?:[a-z]+:|#|\/)/i.test(href)) return href;
  const [path = '', hash] = href.split('#', 2);
  const file = posix.join(sourceFolder(page), decodeURI(path));
  const behind = hash === undefined ? '' : `#${hash}`;
  if (file.startsWith('docs/')) return href;
  const readme = /^packages\/([\w-]+)(?:\/README\.md|\/)?$/.exec(file);
  if (readme) return `/packages/${readme[1]}.md${behind}`;
  if (!existsSync(root + file)) throw new Error(`docs/${page}: ${href} leads nowhere`);
  return `${REPOSITORY}/${statSync(root + file).isDirectory() ? 'tree' : 'blob'}/main/${file}${behind}`;
}

/** Where the text of a page lies: a package's page is its README. */
function sourceFolder(page: string): string {
  const name = /^packages\/([\w-]+)\.md$/.exec(page)?.[1];
  return name === undefined || name === 'index' ? posix.join('docs', posix.dirname(page)) : `packages/${name}`;
}
