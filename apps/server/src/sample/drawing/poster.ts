import { seededRandom } from '../seeded-random.js';
import { Canvas } from './canvas.js';
import type { Palette } from './colour.js';
import { hex, mix } from './colour.js';
import { lineWidth, write } from './lettering.js';
import { city } from './scenes/city.js';
import { dunes } from './scenes/dunes.js';
import { forest } from './scenes/forest.js';
import { mountains } from './scenes/mountains.js';
import type { Scene } from './scenes/scene.js';
import { sea } from './scenes/sea.js';
import { space } from './scenes/space.js';

export type SceneName = 'mountains' | 'sea' | 'city' | 'forest' | 'dunes' | 'space';

export const scenes: Readonly<Record<SceneName, Scene>> = { mountains, sea, city, forest, dunes, space };

export interface Artwork {
  readonly scene: SceneName;
  readonly palette: Palette;
  readonly seed: number;
  /** Printed on posters; backdrops carry none. */
  readonly title?: string;
  readonly caption?: string;
}

const PAPER = hex('fffaf0');

/** Paints a poster (with its title) or a backdrop (without) at the given size. */
export function paint(artwork: Artwork, width: number, height: number): Canvas {
  const canvas = new Canvas(width, height);
  scenes[artwork.scene](canvas, artwork.palette, seededRandom(artwork.seed));
  if (artwork.title !== undefined) {
    canvas.shade(height * 0.6, mix(artwork.palette.near, [0, 0, 0], 0.4), 0.88);
    letter(canvas, artwork.title, artwork.caption ?? '');
  }
  return canvas;
}

function letter(canvas: Canvas, title: string, caption: string): void {
  const { width, height } = canvas;
  const lines = wrap(title.toUpperCase(), 14);
  const spacing = 0.28;
  const widest = Math.max(...lines.map((line) => lineWidth(line, spacing)));
  const size = Math.min(width * 0.105, (width * 0.8) / widest);
  const leading = size * 1.5;
  const last = height * 0.9;
  lines.forEach((line, index) => {
    const baseline = last - (lines.length - 1 - index) * leading;
    write(canvas, line, { centreX: width / 2, baseline, height: size, spacing, weight: 0.12, colour: PAPER });
  });
  if (width < 150) return;
  const style = { centreX: width / 2, spacing: 0.5, weight: 0.13, colour: mix(PAPER, [0, 0, 0], 0.25) };
  write(canvas, caption.toUpperCase(), { ...style, baseline: height * 0.948, height: width * 0.022 });
}

/** Breaks a title into lines of about so many letters, between words. */
function wrap(title: string, length: number): readonly string[] {
  const lines: string[] = [];
  for (const word of title.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
