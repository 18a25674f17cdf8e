/** Units of time that a variable's bare number can have, in milliseconds. */
const durations = { ms: 1, seconds: 1000, minutes: 60_000 } as const;
const durationSuffixes = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Powers of 1024, as cache sizes are commonly meant (256 MB is 268435456 bytes). */
const sizeSuffixes = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 } as const;

export type DurationUnit = keyof typeof durations;

const quantity = (text: string, bare: number, suffixes: Readonly<Record<string, number>>): number | undefined => {
  const [, digits, suffix] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text.trim().toLowerCase()) ?? [];
  if (digits === undefined || suffix === undefined) return undefined;
  const factor = suffix === '' ? bare : Object.hasOwn(suffixes, suffix) ? suffixes[suffix] : undefined;
  if (factor === undefined) return undefined;
  const value = Math.round(Number(digits) * factor);
  return Number.isSafeInteger(value) ? value : undefined;
};

/** How many milliseconds one of the unit is. */
export const millisecondsIn = (unit: DurationUnit): number => durations[unit];

/** Milliseconds in `500ms`, `30s`, `15m`, `6h`, `7d`, or in a bare number of the given unit; undefined if neither. */
export const parseDuration = (text: string, unit: DurationUnit): number | undefined =>
  quantity(text, durations[unit], durationSuffixes);

/** Bytes in `64MB`, `10GiB` or a bare number; undefined if neither. */
export const parseSize = (text: string): number | undefined => quantity(text.replace(/ib\s*$/i, 'b'), 1, sizeSuffixes);
