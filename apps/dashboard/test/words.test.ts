import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en, type Word } from '../src/words/en.js';
import { chosenLanguage } from '../src/words/words.js';
import { zh } from '../src/words/zh.js';

const words = Object.keys(en) as Word[];
const blanks = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([blank]) => blank).toSorted();

describe('the catalogues', () => {
  it('have the same words, with the same blanks, and none of them is empty', () => {
    expect(Object.keys(zh).toSorted()).toEqual(words.toSorted());
    for (const word of words) {
      expect(zh[word].trim(), word).not.toBe('');
      expect([word, blanks(zh[word])]).toEqual([word, blanks(en[word])]);
    }
  });

  it('are translated: nothing but names reads the same', () => {
    const same = words.filter((word) => en[word] === zh[word]);
    expect(same).toEqual(['state.title', 'cache.redis']);
  });

  it('hold no word that the page does not say', () => {
    const root = join(import.meta.dirname, '../src');
    const source = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('words'))
      .map((name) => readFileSync(join(root, name), 'utf8'))
      .join('\n');
    // Some are made of parts: t(`nav.${place}`).
    const patterns = [...source.matchAll(/`((?:[\w-]+\.)+)\$\{[^}]+\}((?:\.[\w-]+)*)`/g)].map(
      ([, before = '', after = '']) =>
        new RegExp(`^${before.replaceAll('.', '\\.')}[\\w-]+${after.replaceAll('.', '\\.')}$`),
    );
    const unsaid = words.filter(
      (word) => !source.includes(`'${word}'`) && !patterns.some((pattern) => pattern.test(word)),
    );
    expect(unsaid).toEqual([]);
  });
});

describe('the language', () => {
  it('is the first one that the browser wants and that there is', () => {
    expect(chosenLanguage(['zh-CN', 'en'])).toBe('zh-Hans');
    expect(chosenLanguage(['zh-TW'])).toBe('zh-Hans');
    expect(chosenLanguage(['fr', 'en-GB', 'zh'])).toBe('en');
    expect(chosenLanguage(['fr'])).toBe('en');
    expect(chosenLanguage([])).toBe('en');
  });
});
