import { films, posterPath } from '../films.js';
import { readPictureRequest, type PictureRequest } from '../picture-request.js';

/** How many keys of the plain kind there are: `posters/1.png` and so on. */
const POSTERS = 300;

/** Keys that were hard for somebody once: names of endpoints, characters with a meaning, Unicode. */
const ODD = [
  'stats',
  'status/x',
  'refresh',
  "a b/c+d (1)!*'~.png",
  '100%/50%25.png',
  '/leading//double.png',
  'q?x=1&y=2#z.png',
  '图片/海报 🎬.png',
  'naïve/Ångström.png',
];

/** What the store holds, by key. The first posters are the films of the other sample upstreams, the rest borrow from them. */
export const objects: ReadonlyMap<string, PictureRequest> = new Map(
  [
    ...Array.from({ length: POSTERS }, (_, index) => [`posters/${index + 1}.png`, numbered(index)] as const),
    ...films.map((film) => [`films/${film.title}.png`, posterPath(film)] as const),
    ...ODD.map((key, index) => [key, numbered(index * 7)] as const),
  ].flatMap(([key, name]) => {
    const picture = readPictureRequest(`/t/p/w342${name}`);
    return picture === undefined ? [] : [[key, picture] as const];
  }),
);

function numbered(index: number): string {
  const film = films[index];
  return film === undefined ? `/sample-${index + 1}.png` : posterPath(film);
}
