import { en, type Catalogue, type Word } from './en.js';
import { zh } from './zh.js';

/** The first language that the browser wants and that there is. Chinese of any kind gets Simplified Chinese. */
export function chosenLanguage(wanted: readonly string[]): 'en' | 'zh-Hans' {
  const first = wanted.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => tag === 'zh' || tag === 'en');
  return first === 'zh' ? 'zh-Hans' : 'en';
}

export const LANGUAGE: 'en' | 'zh-Hans' = chosenLanguage(globalThis.navigator?.languages ?? []);
const catalogue: Catalogue = LANGUAGE === 'en' ? en : zh;

/** The words for something, with what belongs into them. */
export const t = (word: Word, values: Readonly<Record<string, string | number>> = {}): string =>
  catalogue[word].replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

/** The words for a code that the server may know and this page not. */
export const known = (word: string): word is Word => Object.hasOwn(catalogue, word);
