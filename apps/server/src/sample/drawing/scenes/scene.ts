import type { SeededRandom } from '../../seeded-random.js';
import type { Canvas } from '../canvas.js';
import type { Palette } from '../colour.js';

/** Paints a whole canvas. Draws from `random` in an order that does not depend on the size, so that all sizes agree. */
export type Scene = (canvas: Canvas, palette: Palette, random: SeededRandom) => void;

/** A number between two. */
export function between(random: SeededRandom, low: number, high: number): number {
  return low + random() * (high - low);
}
