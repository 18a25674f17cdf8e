import { mix } from '../colour.js';
import { smoothRidge } from './ridge.js';
import type { Scene } from './scene.js';
import { between } from './scene.js';
import { paintLight, paintSky } from './sky.js';

/** A low sun over water, its path of light, an island and a boat. */
export const sea: Scene = (canvas, palette, random) => {
  const { width, height } = canvas;
  const unit = Math.min(width, height);
  const horizon = 0.56;
  paintSky(canvas, palette, random, horizon);
  const lightX = between(random, 0.35, 0.65);
  const radius = between(random, 0.14, 0.21);
  paintLight(canvas, palette, lightX, horizon - 0.05, radius);

  const ridge = smoothRidge(random, 0.9);
  const side = random() < 0.5 ? 0 : 1;
  const island = (x: number) =>
    height * (horizon + 0.004 - 0.07 * Math.max(0, ridge(x / width) + 1.5 * Math.abs(x / width - side) - 0.35));
  canvas.below(island, mix(palette.far, palette.near, 0.45), palette.far, height * 0.1);

  canvas.gradient(height * horizon, height, [mix(palette.sky[2], palette.far, 0.65), palette.far, palette.near]);
  for (let glint = 0; glint < 70; glint++) {
    const depth = random() ** 1.5;
    const spread = radius * (0.35 + depth * 1.1) * unit;
    const x = lightX * width + (random() + random() - 1) * spread;
    const y = height * (horizon + 0.008 + depth * 0.3);
    const length = between(random, 0.02, 0.09) * unit * (0.5 + depth);
    canvas.line(
      x - length,
      y,
      x + length,
      y,
      Math.max(0.8, unit * (0.002 + depth * 0.005)),
      palette.light,
      0.62 * (1 - depth),
    );
  }

  const boatX = (lightX < 0.5 ? lightX + 0.2 : lightX - 0.2) * width;
  const boatY = height * (horizon + 0.07);
  const size = unit * 0.05;
  for (let step = 0; step <= 24; step++) {
    const share = step / 24;
    canvas.line(
      boatX,
      boatY - size * 1.9 * (1 - share),
      boatX + size * 0.95 * share,
      boatY - size * 1.9 * (1 - share),
      size / 6,
      palette.near,
    );
    canvas.line(
      boatX - size * 0.7 * share,
      boatY - size * 1.5 * (1 - share),
      boatX - size * 0.12,
      boatY - size * 1.5 * (1 - share),
      size / 6,
      palette.near,
    );
  }
  canvas.line(
    boatX - size * 0.8,
    boatY + size * 0.22,
    boatX + size * 0.9,
    boatY + size * 0.22,
    size * 0.26,
    palette.near,
  );
};
