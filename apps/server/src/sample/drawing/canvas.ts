import type { Colour } from './colour.js';
import { mix } from './colour.js';

/**
 * A small RGB picture and the few strokes that the scenes need, all anti-aliased by coverage. Coordinates are pixels;
 * scenes compute them from `width` and `height`, so that one composition fits every size.
 */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3);
  }

  blend(x: number, y: number, colour: Colour, alpha: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height || alpha <= 0) return;
    const at = (y * this.width + x) * 3;
    const keep = 1 - alpha;
    const { pixels } = this;
    pixels[at] = pixels[at]! * keep + colour[0] * alpha + 0.5;
    pixels[at + 1] = pixels[at + 1]! * keep + colour[1] * alpha + 0.5;
    pixels[at + 2] = pixels[at + 2]! * keep + colour[2] * alpha + 0.5;
  }

  /** Rows `from` to `to`, running evenly through the colours. */
  gradient(from: number, to: number, colours: readonly Colour[]): void {
    const first = Math.max(0, Math.floor(from));
    const last = Math.min(this.height, Math.ceil(to));
    for (let y = first; y < last; y++) {
      const place = ((y - from) / (to - from)) * (colours.length - 1);
      const index = Math.max(0, Math.min(colours.length - 2, Math.floor(place)));
      this.#fillRow(y, mix(colours[index]!, colours[index + 1]!, Math.max(0, Math.min(1, place - index))));
    }
  }

  /** Darkens towards the bottom, so that a title reads on any scene. */
  shade(from: number, colour: Colour, strength: number): void {
    const first = Math.max(0, Math.floor(from));
    for (let y = first; y < this.height; y++) {
      const share = (y - from) / (this.height - from);
      const alpha = strength * share * (2 - share);
      for (let x = 0; x < this.width; x++) this.blend(x, y, colour, alpha);
    }
  }

  disc(centreX: number, centreY: number, radius: number, colour: Colour, alpha = 1): void {
    this.#around(centreX, centreY, radius + 1, (x, y, distance) => {
      this.blend(x, y, colour, alpha * Math.max(0, Math.min(1, radius - distance + 0.5)));
    });
  }

  /** Light that falls off with the square of the distance. */
  glow(centreX: number, centreY: number, radius: number, colour: Colour, strength: number): void {
    this.#around(centreX, centreY, radius, (x, y, distance) => {
      const share = 1 - distance / radius;
      if (share > 0) this.blend(x, y, colour, strength * share * share);
    });
  }

  /** Everything below a line, given as a height in pixels for a column; fades from `top` to `bottom` over `depth` pixels. */
  below(line: (x: number) => number, top: Colour, bottom: Colour, depth: number): void {
    const heights = new Float32Array(this.width);
    let highest = this.height;
    for (let x = 0; x < this.width; x++) {
      heights[x] = line(x);
      highest = Math.min(highest, heights[x]!);
    }
    for (let y = Math.max(0, Math.floor(highest)); y < this.height; y++) {
      const colour = mix(top, bottom, Math.min(1, (y - highest) / depth));
      for (let x = 0; x < this.width; x++) {
        const covered = y + 1 - heights[x]!;
        if (covered > 0) this.blend(x, y, colour, Math.min(1, covered));
      }
    }
  }

  box(left: number, top: number, right: number, bottom: number, colour: Colour, alpha = 1): void {
    for (let y = Math.floor(top); y < bottom; y++) {
      const rows = Math.min(bottom, y + 1) - Math.max(top, y);
      for (let x = Math.floor(left); x < right; x++) {
        const columns = Math.min(right, x + 1) - Math.max(left, x);
        this.blend(x, y, colour, alpha * rows * columns);
      }
    }
  }

  /** A line with round ends. */
  line(x1: number, y1: number, x2: number, y2: number, thickness: number, colour: Colour, alpha = 1): void {
    const reach = thickness / 2 + 1;
    const lengthX = x2 - x1;
    const lengthY = y2 - y1;
    const square = lengthX * lengthX + lengthY * lengthY || 1;
    for (let y = Math.floor(Math.min(y1, y2) - reach); y <= Math.max(y1, y2) + reach; y++) {
      for (let x = Math.floor(Math.min(x1, x2) - reach); x <= Math.max(x1, x2) + reach; x++) {
        const along = Math.max(0, Math.min(1, ((x + 0.5 - x1) * lengthX + (y + 0.5 - y1) * lengthY) / square));
        const distance = Math.hypot(x + 0.5 - x1 - along * lengthX, y + 0.5 - y1 - along * lengthY);
        this.blend(x, y, colour, alpha * Math.max(0, Math.min(1, thickness / 2 - distance + 0.5)));
      }
    }
  }

  /** Replaces every colour by one between two, by its brightness (ITU-R BT.601): TMDB's `duotone` filter. */
  duotone(bright: Colour, dark: Colour): void {
    const { pixels } = this;
    for (let at = 0; at < pixels.length; at += 3) {
      const share = (pixels[at]! * 0.299 + pixels[at + 1]! * 0.587 + pixels[at + 2]! * 0.114) / 255;
      pixels.set(mix(dark, bright, share), at);
    }
  }

  #fillRow(y: number, colour: Colour): void {
    const start = y * this.width * 3;
    for (let at = start; at < start + this.width * 3; at += 3) {
      this.pixels[at] = colour[0] + 0.5;
      this.pixels[at + 1] = colour[1] + 0.5;
      this.pixels[at + 2] = colour[2] + 0.5;
    }
  }

  #around(
    centreX: number,
    centreY: number,
    reach: number,
    visit: (x: number, y: number, distance: number) => void,
  ): void {
    const right = Math.min(this.width - 1, Math.ceil(centreX + reach));
    const bottom = Math.min(this.height - 1, Math.ceil(centreY + reach));
    for (let y = Math.max(0, Math.floor(centreY - reach)); y <= bottom; y++) {
      for (let x = Math.max(0, Math.floor(centreX - reach)); x <= right; x++) {
        const acrossX = x + 0.5 - centreX;
        const acrossY = y + 0.5 - centreY;
        visit(x, y, Math.sqrt(acrossX * acrossX + acrossY * acrossY));
      }
    }
  }
}
