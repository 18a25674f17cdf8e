import { mix } from '../colour.js';
import type { Scene } from './scene.js';
import { between } from './scene.js';
import { paintLight, paintSky } from './sky.js';

/** Three rows of towers, the nearest with lit windows. */
export const city: Scene = (canvas, palette, random) => {
  const { width, height } = canvas;
  const unit = Math.min(width, height);
  paintSky(canvas, palette, random, 0.75);
  paintLight(canvas, palette, between(random, 0.25, 0.75), between(random, 0.2, 0.34), between(random, 0.1, 0.2));
  for (let row = 0; row < 3; row++) {
    const colour = mix(palette.far, palette.near, 0.2 + row * 0.4);
    const across = width / unit;
    for (let left = -0.05; left < across;) {
      const wide = between(random, 0.07, 0.15);
      const roof = between(random, 0.36, 0.58) + row * 0.085;
      const spire = random();
      canvas.box(left * unit, roof * height, (left + wide) * unit, height, colour);
      if (spire < 0.3) {
        const middle = (left + wide / 2) * unit;
        canvas.line(middle, roof * height, middle, (roof - 0.05) * height, Math.max(0.8, unit * 0.005), colour);
      } else if (spire > 0.75) {
        canvas.box(
          (left + wide * 0.25) * unit,
          (roof - 0.02) * height,
          (left + wide * 0.75) * unit,
          roof * height,
          colour,
        );
      }
      const columns = Math.floor(wide / 0.022);
      for (let window = 0; window < columns * 14; window++) {
        const lit = random();
        const x = left + ((window % columns) + 0.5) * (wide / columns) - 0.0045;
        const y = roof * height + (0.02 + Math.floor(window / columns) * 0.026) * unit;
        if (lit < 0.16 + row * 0.14)
          canvas.box(x * unit, y, (x + 0.009) * unit, y + unit * 0.013, palette.light, 0.25 + row * 0.3);
      }
      left += wide + between(random, 0, 0.012);
    }
  }
};
