import { existsSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { siteLink } from '../.vitepress/links.js';
import { anchors, pages, prose, root, textOf } from './pages.js';

/** What is wrong with the links of a page to files and headings of the repository. */
function deadLinks(page: string): string[] {
  const links = [
    ...prose(textOf(page))
      .replaceAll(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, href = '']) => href);
  return links.filter((href) => {
    if (/^(?:[a-z]+:|\/)/.test(href)) return false;
    const [path = '', hash] = href.split('#', 2);
    const file = path === '' ? page : posix.join(posix.dirname(page), decodeURI(path));
    if (file.startsWith('docs/packages/') && !existsSync(join(root, file))) return true;
    if (!existsSync(join(root, file))) return true;
    if (hash === undefined) return false;
    const target = statSync(join(root, file)).isDirectory() ? posix.join(file, 'README.md') : file;
    return !anchors(textOf(target)).has(hash);
  });
}

describe('links', () => {
  it('lead to files and headings that exist, in every page of the repository', () => {
    const found = pages().flatMap((page) => deadLinks(page).map((href) => `${page}: ${href}`));
    expect(found).toEqual([]);
  });

  it('lead from the site to the repository, where they leave the documentation', () => {
    expect(siteLink('../deploy/nginx/forebay.conf', 'deploying.md')).toBe(
      'https://github.com/forebay/forebay/blob/main/deploy/nginx/forebay.conf',
    );
    expect(siteLink('../../../examples/recorder', 'zh/recipes/recorder.md')).toBe(
      'https://github.com/forebay/forebay/tree/main/examples/recorder',
    );
    expect(siteLink('../packages/image-proxy/README.md#tasks', 'tasks.md')).toBe('/packages/image-proxy.md#tasks');
    expect(siteLink('../reverse-proxy', 'packages/image-proxy.md')).toBe('/packages/reverse-proxy.md');
    expect(siteLink('redis.md#several-regions', 'start.md')).toBe('redis.md#several-regions');
    expect(() => siteLink('../deploy/nowhere', 'start.md')).toThrow('docs/start.md: ../deploy/nowhere leads nowhere');
  });
});
