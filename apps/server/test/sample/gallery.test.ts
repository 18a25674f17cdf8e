import { expect, it } from 'vitest';
import { Gallery } from '../../src/sample/gallery.js';
import { readPictureRequest } from '../../src/sample/picture-request.js';

const picture = (name: string) => readPictureRequest(`/t/p/w45/${name}.png`)!;

it('draws a picture once for all who ask at the same time, and keeps it', async () => {
  const gallery = new Gallery(1024 ** 2);
  const [one, other] = await Promise.all([gallery.show(picture('reel-1')), gallery.show(picture('reel-1'))]);
  expect(other).toBe(one);
  expect(await gallery.show(picture('reel-1'))).toBe(one);
});

it('forgets what was asked for longest ago beyond its bound in bytes', async () => {
  const size = Math.max(
    ...(await Promise.all(['reel-1', 'reel-2', 'reel-3'].map((name) => new Gallery(0).show(picture(name))))).map(
      ({ bytes }) => bytes.length,
    ),
  );
  const gallery = new Gallery(size * 2 + 1);
  const first = await gallery.show(picture('reel-1'));
  const second = await gallery.show(picture('reel-2'));
  await gallery.show(picture('reel-1'));
  await gallery.show(picture('reel-3'));
  expect(await gallery.show(picture('reel-1'))).toBe(first);
  expect(await gallery.show(picture('reel-2'))).not.toBe(second);
});

it('reads sizes as TMDB names them and refuses the others', () => {
  const extent = (size: string, name = 'reel-1') => {
    const { width, height } = readPictureRequest(`/t/p/${size}/${name}.jpg`) ?? {};
    return width === undefined ? undefined : `${width}x${height}`;
  };
  expect(
    ['w500', 'h632', 'original', 'w600_and_h900_bestv2', 'w780_filter(duotone,ffffff,bababa)'].map((size) =>
      extent(size),
    ),
  ).toEqual(['500x750', '421x632', '1000x1500', '600x900', '780x1170']);
  expect(extent('w1280', 'reel-1-wide')).toBe('1280x720');
  expect(['w501', 'W', 'w99999', 'w1_and_h1_x', 'w780_filter(blur)'].map((size) => extent(size))).toEqual(
    Array.from({ length: 5 }),
  );
});
