import type { DefaultTheme } from 'vitepress';
import { describe, expect, it } from 'vitest';
import { chinese } from '../.vitepress/chinese.js';
import { english } from '../.vitepress/english.js';
import { pages } from './pages.js';

const linksOf = (items: readonly DefaultTheme.SidebarItem[]): string[] =>
  items.flatMap(({ items: inner = [], link }) => [...(link === undefined ? [] : [link]), ...linksOf(inner)]);

const sidebar = ({ nav = [], sidebar: items }: DefaultTheme.Config): Set<string> =>
  new Set([
    ...linksOf(Array.isArray(items) ? items : []),
    ...nav.flatMap((item) => ('link' in item && typeof item.link === 'string' ? [item.link] : [])),
  ]);

/** Where a page of `docs/` is on the site. */
const address = (page: string): string => page.replace(/^docs/, '').replace(/(?:index)?\.md$/, '');

describe('navigation', () => {
  const all = pages().filter((page) => page.startsWith('docs/') && !/^docs\/(?:zh\/)?index\.md$/.test(page));

  it('leads to every page in English, and to nothing else', () => {
    const there = all.filter((page) => !page.startsWith('docs/zh/')).map(address);
    expect([...sidebar(english)].toSorted()).toEqual(there.toSorted());
  });

  it('leads to every page in Chinese, and to the references in English', () => {
    const links = sidebar(chinese);
    expect(all.filter((page) => page.startsWith('docs/zh/') && !links.has(address(page)))).toEqual([]);
    const known = new Set(all.map(address));
    expect([...links].filter((link) => !known.has(link))).toEqual([]);
  });
});
