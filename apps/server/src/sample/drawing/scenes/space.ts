import type { Canvas } from '../canvas.js';
import type { Palette } from '../colour.js';
import { mix } from '../colour.js';
import { smoothRidge } from './ridge.js';
import type { Scene } from './scene.js';
import { between } from './scene.js';
import { paintSky } from './sky.js';

/** A banded planet with a ring over a dark shore. */
export const space: Scene = (canvas, palette, random) => {
  const { width, height } = canvas;
  const unit = Math.min(width, height);
  paintSky(canvas, { ...palette, stars: Math.max(0.7, palette.stars) }, random, 0.95);
  const centreX = between(random, 0.35, 0.65) * width;
  const centreY = between(random, 0.32, 0.4) * height;
  const radius = unit * between(random, 0.2, 0.27);
  const tilt = between(random, -0.5, 0.5);
  canvas.glow(centreX, centreY, radius * 2.4, palette.light, 0.28);
  paintRing(canvas, palette, { centreX, centreY, radius, tilt }, false);
  for (let y = Math.floor(centreY - radius); y <= centreY + radius; y++) {
    for (let x = Math.floor(centreX - radius); x <= centreX + radius; x++) {
      const acrossX = (x + 0.5 - centreX) / radius;
      const acrossY = (y + 0.5 - centreY) / radius;
      const inside = radius * (1 - Math.hypot(acrossX, acrossY)) + 0.5;
      if (inside <= 0) continue;
      const band = 0.5 + 0.5 * Math.sin((acrossY * Math.cos(tilt) - acrossX * Math.sin(tilt)) * 11);
      const shadow = Math.max(0, Math.min(1, 0.55 + acrossX * 0.6 + acrossY * 0.35));
      const colour = mix(mix(palette.light, palette.sky[1], 0.25 + band * 0.3), palette.near, shadow * 0.85);
      canvas.blend(x, y, colour, Math.min(1, inside));
    }
  }
  paintRing(canvas, palette, { centreX, centreY, radius, tilt }, true);
  const shore = smoothRidge(random, 0.6);
  canvas.below(
    (x) => height * (0.8 - 0.05 * shore(x / width)),
    mix(palette.far, palette.near, 0.7),
    palette.near,
    height * 0.15,
  );
};

interface Planet {
  readonly centreX: number;
  readonly centreY: number;
  readonly radius: number;
  readonly tilt: number;
}

/** Half of the ring: the far one behind the planet, then the near one before it. */
function paintRing(canvas: Canvas, palette: Palette, planet: Planet, near: boolean): void {
  const { centreX, centreY, radius, tilt } = planet;
  const steps = 64;
  for (const [reach, share] of [
    [1.55, 0.75],
    [1.72, 0.4],
    [1.84, 0.65],
  ] as const) {
    const point = (step: number): readonly [number, number] => {
      const angle = (near ? 0 : Math.PI) + (step / steps) * Math.PI;
      const x = Math.cos(angle) * radius * reach;
      const y = Math.sin(angle) * radius * reach * 0.22;
      return [centreX + x * Math.cos(tilt) - y * Math.sin(tilt), centreY + x * Math.sin(tilt) + y * Math.cos(tilt)];
    };
    for (let step = 0; step < steps; step++) {
      const [fromX, fromY] = point(step);
      const [toX, toY] = point(step + 1);
      canvas.line(fromX, fromY, toX, toY, Math.max(0.7, radius * 0.025), mix(palette.sky[1], palette.light, share));
    }
  }
}
