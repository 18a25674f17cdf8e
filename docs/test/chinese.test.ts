import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchWords } from '../.vitepress/search-words.js';
import { pages, root, textOf } from './pages.js';

const english = (page: string): string =>
  page === 'README.zh-CN.md' ? 'README.md' : page.replace('docs/zh/', 'docs/');
const translated = pages().filter((page) => page.startsWith('docs/zh/') || page === 'README.zh-CN.md');

/** What a reader would type: shell blocks without their comments. */
function commands(page: string): string[] {
  return [...textOf(page).matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block = '']) =>
    block
      .split('\n')
      .map((line) => line.replace(/(?:^|\s+)#.*$/, '').trim())
      .filter((line) => line !== ''),
  );
}

describe('pages in Chinese', () => {
  it('are there for the start and for every recipe', () => {
    const wanted = pages().filter((page) => page === 'docs/start.md' || page.startsWith('docs/recipes/'));
    expect(wanted.filter((page) => !existsSync(join(root, page.replace('docs/', 'docs/zh/'))))).toEqual([]);
  });

  it.each(translated)('%s has the commands of the English page', (page) => {
    expect(commands(page)).toEqual(commands(english(page)));
  });
});

describe('the search', () => {
  it('finds Chinese by pairs of characters, and names whole and by their parts', () => {
    expect(searchWords('用CACHE_TTL限制内存缓存（no-store 除外）')).toEqual([
      '用',
      'CACHE_TTL',
      'CACHE',
      'TTL',
      '限制',
      '制内',
      '内存',
      '存缓',
      '缓存',
      'no-store',
      'no',
      'store',
      '除外',
    ]);
  });
});
