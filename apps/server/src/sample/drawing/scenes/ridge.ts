import type { SeededRandom } from '../../seeded-random.js';
import { between } from './scene.js';

/** The height of a skyline, about -1 to 1, at a place across the picture (0 left, 1 right). */
export type Ridge = (place: number) => number;

/** Hills: a few sines that do not repeat together. */
export function smoothRidge(random: SeededRandom, waves: number): Ridge {
  const parts = [1, 2.3, 4.1].map((factor, index) => ({
    rate: factor * waves * Math.PI * 2,
    phase: between(random, 0, Math.PI * 2),
    size: [0.62, 0.28, 0.1][index]!,
  }));
  return (place) => parts.reduce((sum, { rate, phase, size }) => sum + Math.sin(place * rate + phase) * size, 0);
}

/** Rock: octaves of value noise, folded so that the tops are sharp (Musgrave's ridged multifractal in one dimension). */
export function jaggedRidge(random: SeededRandom, peaks: number): Ridge {
  const octaves = [1, 2.1, 4.3, 9.2, 19].map((factor, index) => ({
    rate: factor * peaks,
    size: 0.5 ** index,
    values: Array.from({ length: 64 }, () => random() * 2 - 1),
  }));
  return (place) => {
    let sum = 0;
    for (const { rate, size, values } of octaves) {
      const at = place * rate + 32;
      const left = Math.floor(at);
      const value = values[left & 63]! + (values[(left + 1) & 63]! - values[left & 63]!) * (at - left);
      sum += (1 - 2 * Math.abs(value)) * size;
    }
    return sum / 1.6;
  };
}
