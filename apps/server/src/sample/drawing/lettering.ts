import type { Canvas } from './canvas.js';
import type { Colour } from './colour.js';

/**
 * Capitals and figures as pen strokes on a grid up to 4 wide and 6 high: each pair of digits is a point (x, y), a space
 * lifts the pen. Drawn as lines they stay sharp at every size, which a bitmap font does not.
 */
const STROKES: Readonly<Record<string, string>> = {
  A: '062046 1333',
  B: '06003041423303 3344453606',
  C: '4130100105163645',
  D: '00062644422000',
  E: '40000646 0333',
  F: '400006 0333',
  G: '41301001051636454323',
  H: '0006 4046 0343',
  I: '0006',
  J: '404536160504',
  K: '0006 400346',
  L: '000646',
  M: '0600234046',
  N: '06004640',
  O: '103041453616050110',
  P: '06003041423303',
  Q: '103041453616050110 2446',
  R: '06003041423303 2346',
  S: '413010010213334445361605',
  T: '0040 2026',
  U: '000516364540',
  V: '002640',
  W: '0016233640',
  X: '0046 4006',
  Y: '002340 2326',
  Z: '00400646',
  '0': '102031352616050110',
  '1': '011016',
  '2': '01103041420646',
  '3': '0110304142334445361605 1333',
  '4': '36300444',
  '5': '4000033344453606',
  '6': '4130100105163645443303',
  '7': '004016',
  '8': '103041423313020110 3344453616050413',
  '9': '0516364541301001021343',
  '-': '0333',
  "'": '0001',
  '&': '4602011020310405162644',
  '.': '0606',
  ',': '1607',
  '!': '0004 0606',
  '?': '011030414224 2626',
};
const GRID_HEIGHT = 6;
const SPACE = 3;

type Point = readonly [x: number, y: number];
interface Glyph {
  readonly width: number;
  readonly strokes: readonly (readonly Point[])[];
}

const glyphs: ReadonlyMap<string, Glyph> = new Map(
  Object.entries(STROKES).map(([letter, code]) => [letter, parse(code)]),
);

function parse(code: string): Glyph {
  const strokes = code
    .split(' ')
    .map((stroke) => [...stroke.matchAll(/../g)].map(([pair]): Point => [Number(pair[0]), Number(pair[1])]));
  return { width: Math.max(...strokes.flat().map(([x]) => x)), strokes };
}

/** The width of a line of text in units of its letter height; `spacing` likewise. */
export function lineWidth(text: string, spacing: number): number {
  let width = -spacing;
  for (const letter of text) width += (glyphs.get(letter)?.width ?? SPACE) / GRID_HEIGHT + spacing;
  return Math.max(0, width);
}

/** Writes capitals centred on `centreX`, their feet on `baseline`. Letters that the pen does not know are left out as spaces. */
export function write(
  canvas: Canvas,
  text: string,
  {
    centreX,
    baseline,
    height,
    spacing,
    weight,
    colour,
  }: {
    readonly centreX: number;
    readonly baseline: number;
    readonly height: number;
    readonly spacing: number;
    readonly weight: number;
    readonly colour: Colour;
  },
): void {
  const unit = height / GRID_HEIGHT;
  let left = centreX - (lineWidth(text, spacing) * height) / 2;
  for (const letter of text) {
    const glyph = glyphs.get(letter);
    for (const stroke of glyph?.strokes ?? []) {
      for (let index = 1; index < stroke.length; index++) {
        const [fromX, fromY] = stroke[index - 1]!;
        const [toX, toY] = stroke[index]!;
        const top = baseline - height;
        canvas.line(
          left + fromX * unit,
          top + fromY * unit,
          left + toX * unit,
          top + toY * unit,
          height * weight,
          colour,
        );
      }
    }
    left += ((glyph?.width ?? SPACE) / GRID_HEIGHT + spacing) * height;
  }
}
