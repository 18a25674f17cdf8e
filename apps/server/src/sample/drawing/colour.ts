/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

export function hex(code: string): Colour {
  const value = Number.parseInt(code, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** From `a` (share 0) to `b` (share 1). */
export function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** What a scene is painted with, from the far sky to the nearest ridge. */
export interface Palette {
  readonly sky: readonly [top: Colour, middle: Colour, horizon: Colour];
  readonly light: Colour;
  readonly far: Colour;
  readonly near: Colour;
  readonly stars: number;
}

const palette = (
  sky: readonly [string, string, string],
  light: string,
  far: string,
  near: string,
  stars: number,
): Palette => ({
  sky: [hex(sky[0]), hex(sky[1]), hex(sky[2])],
  light: hex(light),
  far: hex(far),
  near: hex(near),
  stars,
});

export type PaletteName = 'dusk' | 'dawn' | 'night' | 'ember' | 'lagoon' | 'rose' | 'moss' | 'frost';

export const palettes: Readonly<Record<PaletteName, Palette>> = {
  dusk: palette(['1d1b45', '6b3f7c', 'f2926b'], 'ffe3b0', '8a4b78', '150f2b', 0.5),
  dawn: palette(['4f7fa8', 'a9c6cf', 'fbe3c0'], 'fff6df', '8fa9b8', '21384a', 0),
  night: palette(['050b1f', '0f2347', '2f5683'], 'eef3ff', '2b4a76', '050a16', 1),
  ember: palette(['2a0d14', '8d2a1f', 'f6a23c'], 'ffefb0', '93361f', '1c0709', 0.2),
  lagoon: palette(['06333f', '0f7279', '9fe0c6'], 'f5ffe6', '2a8386', '03222c', 0.3),
  rose: palette(['53294f', 'c75f82', 'fbc9b4'], 'fff0e2', 'b0587d', '2d1430', 0.1),
  moss: palette(['1c3327', '5f8a57', 'e9e7ad'], 'fffbd8', '628a5d', '0d1d14', 0),
  frost: palette(['2b3a5b', '7f9fc4', 'e8f1f6'], 'ffffff', '93aecb', '172338', 0.2),
};
