import type { SeededRandom } from '../../seeded-random.js';
import type { Canvas } from '../canvas.js';
import type { Palette } from '../colour.js';
import { between } from './scene.js';

/** The gradient down to the horizon (a share of the height), with as many stars as the palette has. */
export function paintSky(canvas: Canvas, palette: Palette, random: SeededRandom, horizon: number): void {
  const { width, height } = canvas;
  canvas.gradient(0, height * horizon, palette.sky);
  canvas.gradient(height * horizon, height, [palette.sky[2], palette.sky[2]]);
  for (let star = 0; star < 90; star++) {
    const x = random();
    const y = random() ** 1.6 * horizon * 0.8;
    const size = between(random, 0.0008, 0.003);
    const brightness = between(random, 0.25, 0.95) * palette.stars * (1 - y / horizon);
    canvas.disc(x * width, y * height, Math.max(0.45, size * width), palette.light, brightness);
  }
}

/** A sun or moon with its halo; `x` and `y` are shares of the canvas, `radius` of its shorter side. */
export function paintLight(canvas: Canvas, palette: Palette, x: number, y: number, radius: number): void {
  const { width, height } = canvas;
  const unit = Math.min(width, height);
  canvas.glow(x * width, y * height, unit * radius * 3.6, palette.light, 0.5);
  canvas.disc(x * width, y * height, unit * radius, palette.light);
}

/** A few birds, far off. */
export function paintBirds(canvas: Canvas, palette: Palette, random: SeededRandom, x: number, y: number): void {
  const unit = Math.min(canvas.width, canvas.height);
  for (let bird = 0; bird < 5; bird++) {
    const left = x * canvas.width + between(random, -0.12, 0.12) * unit;
    const top = y * canvas.height + between(random, -0.06, 0.06) * unit;
    const span = between(random, 0.009, 0.018) * unit;
    const thickness = Math.max(0.7, unit * 0.003);
    canvas.line(left - span, top - span * 0.6, left, top, thickness, palette.near, 0.85);
    canvas.line(left, top, left + span, top - span * 0.6, thickness, palette.near, 0.85);
  }
}
