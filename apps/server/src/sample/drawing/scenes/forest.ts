import { mix } from '../colour.js';
import { smoothRidge } from './ridge.js';
import type { Scene } from './scene.js';
import { between } from './scene.js';
import { paintBirds, paintLight, paintSky } from './sky.js';

/** Firs on hills, row before row, with mist between. */
export const forest: Scene = (canvas, palette, random) => {
  const { width, height } = canvas;
  const unit = Math.min(width, height);
  const across = width / unit;
  paintSky(canvas, palette, random, 0.66);
  const lightX = between(random, 0.3, 0.7);
  paintLight(canvas, palette, lightX, between(random, 0.24, 0.34), between(random, 0.12, 0.19));
  paintBirds(canvas, palette, random, 1 - lightX, 0.3);
  const rows = 5;
  for (let row = 0; row < rows; row++) {
    const share = row / (rows - 1);
    const hill = smoothRidge(random, 0.7);
    const colour = mix(palette.far, palette.near, share);
    const mist = mix(colour, palette.sky[2], 0.6 * (1 - share));
    const ground = (place: number) => 0.56 + share * 0.25 - 0.035 * hill(place);
    const trees = Array.from({ length: Math.ceil(across * (34 - share * 14)) }, () => ({
      place: random() * across,
      tall: between(random, 0.05, 0.1) * (0.55 + share * 1.1),
    })).toSorted((one, other) => one.place - other.place);
    const slope = 0.27;
    const top = (x: number): number => {
      let lowest = ground(x / width) * height;
      for (const { place, tall } of trees) {
        const aside = Math.abs(x / unit - place);
        if (aside > tall * slope) continue;
        const down = aside / (tall * slope);
        const notch = (down * 4) % 1;
        const tip = ground((place * unit) / width) * height - tall * unit * (1 - down + 0.12 * notch * down);
        lowest = Math.min(lowest, tip);
      }
      return lowest;
    };
    canvas.below(top, colour, mist, height * 0.22);
  }
};
