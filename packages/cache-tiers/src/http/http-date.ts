const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const TIME = String.raw`(\d\d):(\d\d):(\d\d)`;
const IMF_FIXDATE = new RegExp(
  String.raw`^(?:mon|tue|wed|thu|fri|sat|sun), (\d\d) ([a-z]{3}) (\d{4}) ${TIME} gmt$`,
  'i',
);
const RFC_850 = new RegExp(
  String.raw`^(?:mon|tues|wednes|thurs|fri|satur|sun)day, (\d\d)-([a-z]{3})-(\d\d) ${TIME} gmt$`,
  'i',
);
const ASCTIME = new RegExp(String.raw`^(?:mon|tue|wed|thu|fri|sat|sun) ([a-z]{3}) ([ \d]\d) ${TIME} (\d{4})$`, 'i');

/**
 * Reads an HTTP date in any of its three forms (RFC 9110, section 5.6.7) and without regard to case (RFC 9111,
 * section 4.2): milliseconds since the epoch, or `undefined` for what is none, a zone other than GMT included.
 */
export function parseHttpDate(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const fix = IMF_FIXDATE.exec(text);
  if (fix) return toTime(fix[3], fix[2], fix[1], fix[4], fix[5], fix[6]);
  const asctime = ASCTIME.exec(text);
  if (asctime) return toTime(asctime[6], asctime[1], asctime[2], asctime[3], asctime[4], asctime[5]);
  const obsolete = RFC_850.exec(text);
  if (!obsolete) return undefined;
  // Two digits: this century up to 69. The RFC's sliding window would differ only for dates more than 40 years away.
  const century = Number(obsolete[3]) < 70 ? '20' : '19';
  return toTime(`${century}${obsolete[3]}`, obsolete[2], obsolete[1], obsolete[4], obsolete[5], obsolete[6]);
}

/** Writes a time in the preferred form (IMF-fixdate). */
export function formatHttpDate(time: number): string {
  return new Date(time).toUTCString();
}

type Part = string | undefined;

function toTime(year: Part, monthName: Part, day: Part, hour: Part, minute: Part, second: Part): number | undefined {
  const month = MONTHS.indexOf(monthName?.toLowerCase() ?? '');
  if (month === -1 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const midnight = Date.UTC(Number(year), month, Number(day));
  // The 31st of February would be one of March.
  if (new Date(midnight).getUTCDate() !== Number(day)) return undefined;
  return midnight + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
}
