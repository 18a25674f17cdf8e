import type { GridItem } from '@forebay/smart-image';

const POSTERS = 300;

/** Keys that are also names of endpoints, or need care on their way into a URL. */
const HARD_KEYS = ['stats', 'status/x', 'refresh', "a b/c+d (1)!*'~.png", '100%/50%25.png', '图片/海报 🎬.png'];

/** What the sample store holds. */
export const pictures: readonly GridItem[] = [
  ...Array.from({ length: POSTERS }, (_, index) => ({
    imageKey: `posters/${index + 1}.png`,
    alt: `Poster ${index + 1}`,
  })),
  ...HARD_KEYS.map((imageKey) => ({ imageKey, alt: `The object called “${imageKey}”` })),
];
