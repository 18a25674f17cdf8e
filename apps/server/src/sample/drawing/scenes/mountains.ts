import { mix } from '../colour.js';
import { jaggedRidge } from './ridge.js';
import type { Scene } from './scene.js';
import { between } from './scene.js';
import { paintBirds, paintLight, paintSky } from './sky.js';

/** Ranges behind each other, paler the farther they are, with mist in the valleys. */
export const mountains: Scene = (canvas, palette, random) => {
  const { width, height } = canvas;
  paintSky(canvas, palette, random, 0.62);
  const lightX = between(random, 0.22, 0.78);
  const lightY = between(random, 0.22, 0.36);
  paintLight(canvas, palette, lightX, lightY, between(random, 0.09, 0.17));
  paintBirds(canvas, palette, random, 1 - lightX, lightY + 0.08);
  const ranges = 5;
  for (let range = 0; range < ranges; range++) {
    const share = range / (ranges - 1);
    const ridge = jaggedRidge(random, 1.5 + share * 1.4);
    const base = 0.5 + share * 0.32;
    const rise = 0.105 - share * 0.02;
    const colour = mix(palette.far, palette.near, share);
    const mist = mix(colour, palette.sky[2], 0.55 * (1 - share));
    canvas.below((x) => height * (base - rise * ridge(x / width)), colour, mist, height * 0.24);
  }
};
