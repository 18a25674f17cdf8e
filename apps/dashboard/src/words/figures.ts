import { LANGUAGE } from './words.js';

const LOCALE = LANGUAGE === 'en' ? 'en-GB' : 'zh-CN';
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumSignificantDigits: 3 });
const share = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium', hourCycle: 'h23' });
const dated = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** What there is nothing to say about. */
export const NONE = '–';

export const count = (value: number): string => (Math.abs(value) < 100_000 ? whole : compact).format(value);
export const rate = (value: number): string => (value < 100 ? fine : compact).format(value);
export const percent = (value: number | undefined): string => (value === undefined ? NONE : share.format(value));

export function bytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3));
  return `${fine.format(value / 1000 ** power)} ${UNITS[power] ?? ''}`;
}

/** Milliseconds, as whatever reads best. */
export function ms(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  if (value >= 10_000) return `${fine.format(value / 1000)} s`;
  return value < 1 ? `${fine.format(value * 1000)} µs` : `${fine.format(value)} ms`;
}

const SPANS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

const spans = Object.fromEntries(
  SPANS.map(([unit]) => [unit, new Intl.NumberFormat(LOCALE, { style: 'unit', unit, unitDisplay: 'narrow' })]),
);

/** A span of time in its two largest units: 3h 12m. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const first = SPANS.findIndex(([, size]) => seconds >= size);
  if (first < 0) return spans['second']?.format(0) ?? '';
  let rest = seconds;
  const parts = SPANS.slice(first, first + 2).map(([unit, size]) => {
    const value = Math.floor(rest / size);
    rest -= value * size;
    return value === 0 ? '' : (spans[unit]?.format(value) ?? '');
  });
  return parts.filter(Boolean).join(' ');
}

/** Between two moments, ISO 8601. */
export const between = (from: string, to: string): string => duration(Date.parse(to) - Date.parse(from));

/** A moment: the time of day, with its date where that is another day. */
export function moment(iso: string, now: number = Date.now()): string {
  const at = new Date(iso);
  return at.toDateString() === new Date(now).toDateString() ? clock.format(at) : dated.format(at);
}

export const timeOfDay = (epochSeconds: number): string => clock.format(epochSeconds * 1000);
