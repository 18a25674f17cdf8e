import { mix } from '../colour.js';
import { smoothRidge } from './ridge.js';
import type { Scene } from './scene.js';
import { between } from './scene.js';
import { paintLight, paintSky } from './sky.js';

/** Sand under two lights, and someone walking. */
export const dunes: Scene = (canvas, palette, random) => {
  const { width, height } = canvas;
  const unit = Math.min(width, height);
  paintSky(canvas, palette, random, 0.64);
  const lightX = between(random, 0.25, 0.75);
  paintLight(canvas, palette, lightX, 0.3, between(random, 0.15, 0.22));
  const smallX = lightX < 0.5 ? lightX + 0.3 : lightX - 0.3;
  canvas.disc(smallX * width, height * 0.16, unit * 0.04, mix(palette.light, palette.sky[1], 0.4));
  const ridges = 4;
  for (let row = 0; row < ridges; row++) {
    const share = row / (ridges - 1);
    const ridge = smoothRidge(random, 0.5 + share * 0.25);
    const lit = mix(palette.sky[2], palette.far, 0.35 + share * 0.65);
    const line = (x: number) => height * (0.58 + share * 0.2 - (0.05 + share * 0.015) * ridge(x / width));
    canvas.below(line, mix(lit, palette.near, share * 0.7), mix(lit, palette.near, 0.35 + share * 0.6), height * 0.2);
    if (row === 2) {
      const x = width * between(random, 0.3, 0.7);
      const feet = line(x) + unit * 0.004;
      const size = unit * 0.045;
      canvas.line(x, feet - size * 0.55, x, feet - size * 0.9, size * 0.22, palette.near);
      canvas.line(x, feet - size * 0.55, x - size * 0.14, feet, size * 0.1, palette.near);
      canvas.line(x, feet - size * 0.55, x + size * 0.14, feet, size * 0.1, palette.near);
      canvas.disc(x, feet - size * 1.18, size * 0.13, palette.near);
    }
  }
};
