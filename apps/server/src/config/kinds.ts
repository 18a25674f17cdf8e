import { millisecondsIn, parseDuration, parseSize, type DurationUnit } from './units.js';

/** A value that does not parse; the message says what would be right. */
export class WrongValue extends Error {
  override readonly name = 'WrongValue';
}

/** How a variable's text becomes its value. */
export interface Kind<T> {
  /** For `--help`: `<ms>`. */
  readonly placeholder: string;
  /** Of a bare number. */
  readonly unit: string | undefined;
  /** Whether the flag alone, without a value, means `true`. */
  readonly bare: boolean;
  /** Throws `WrongValue`. */
  parse(text: string): T;
  /** The value as an operator would write it in JSON, in `unit`. */
  show(value: T): unknown;
}

const kind = <T>(placeholder: string, parse: (text: string) => T, more: Partial<Kind<T>> = {}): Kind<T> => ({
  placeholder,
  unit: undefined,
  bare: false,
  parse,
  show: (value) => value,
  ...more,
});

/** Bounds, both included. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const inBounds = (value: number | undefined, { min = 0, max = Infinity }: Bounds): value is number =>
  value !== undefined && value >= min && value <= max;

const range = ({ min = 0, max = Infinity }: Bounds): string =>
  max === Infinity ? `${min} or more` : `from ${min} to ${max}`;

export const text = (placeholder = 'text'): Kind<string> => kind(placeholder, (written) => written);

export const oneOf = <T extends string>(...choices: readonly T[]): Kind<T> =>
  kind(choices.join('|'), (written) => {
    const found = choices.find((choice) => choice === written.trim().toLowerCase());
    if (found === undefined) throw new WrongValue(`one of ${choices.join(', ')}`);
    return found;
  });

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

export const boolean = (): Kind<boolean> =>
  kind(
    'true|false',
    (written) => {
      const found = truths[written.trim().toLowerCase()];
      if (found === undefined) throw new WrongValue('true or false');
      return found;
    },
    { bare: true },
  );

export const integer = (bounds: Bounds = {}): Kind<number> =>
  kind('number', (written) => {
    const value = /^\d+$/.test(written.trim()) ? Number(written) : undefined;
    if (!inBounds(value, bounds)) throw new WrongValue(`a whole number, ${range(bounds)}`);
    return value;
  });

export const decimal = (bounds: Bounds = {}): Kind<number> =>
  kind('number', (written) => {
    const value = /^\d*\.?\d+$/.test(written.trim()) ? Number(written) : undefined;
    if (!inBounds(value, bounds)) throw new WrongValue(`a number, ${range(bounds)}`);
    return value;
  });

/** Parsed to milliseconds; the bounds are milliseconds too. The upper one keeps timers from overflowing. */
export const duration = (unit: DurationUnit, bounds: Bounds = {}): Kind<number> =>
  kind(
    unit,
    (written) => {
      const value = parseDuration(written, unit);
      const { min = 0, max = 2 ** 31 - 1 } = bounds;
      if (!inBounds(value, { ...bounds, max })) {
        const least = min === 0 ? '' : `, at least ${min} ms`;
        const most = value === undefined || value <= max ? '' : `, at most ${max} ms`;
        throw new WrongValue(`a duration such as 30 (${unit}), 500ms, 15m, 6h or 7d${least}${most}`);
      }
      return value;
    },
    { unit, show: (value) => value / millisecondsIn(unit) },
  );

/** Parsed to bytes. */
export const size = (bounds: Bounds = {}): Kind<number> =>
  kind(
    'bytes',
    (written) => {
      const value = parseSize(written);
      if (!inBounds(value, bounds))
        throw new WrongValue(`a size such as 65536 (bytes), 64MB or 10GB, ${range(bounds)}`);
      return value;
    },
    { unit: 'bytes' },
  );

/** Comma-separated; empty items are ignored. Says of every item that is wrong what it should be. */
export const listOf = <T>(item: Kind<T>): Kind<readonly T[]> =>
  kind(
    `${item.placeholder},…`,
    (written) => {
      const parts = written
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean);
      const wrong: string[] = [];
      const values = parts.flatMap((part, index) => {
        try {
          return [item.parse(part)];
        } catch (error) {
          if (!(error instanceof WrongValue)) throw error;
          wrong.push(parts.length === 1 ? error.message : `${error.message}; item ${index + 1} is not`);
          return [];
        }
      });
      if (wrong.length > 0) throw new WrongValue(wrong.join('; and '));
      return values;
    },
    { show: (values) => values.map((value) => item.show(value)) },
  );

/** A kind of its own, for what has a syntax. */
export const custom = <T>(placeholder: string, parse: (text: string) => T, show: (value: T) => unknown): Kind<T> =>
  kind(placeholder, parse, { show });
