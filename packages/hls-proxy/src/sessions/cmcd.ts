/** What a player says about itself (CTA-5004, Common Media Client Data): the keys that are worth showing. */
export interface Cmcd {
  /** Encoded bitrate of what is asked for, kbps. */
  readonly br?: number;
  /** Buffer length, ms. */
  readonly bl?: number;
  /** The buffer ran empty since the last request. */
  readonly bs?: boolean;
  /** Deadline of the object, ms. */
  readonly dl?: number;
  /** Measured throughput, kbps. */
  readonly mtp?: number;
  /** Top bitrate that could be played, kbps. */
  readonly tb?: number;
  /** Playback rate. */
  readonly pr?: number;
  /** Content id. */
  readonly cid?: string;
  /** Session id of the player's own. */
  readonly sid?: string;
  /** Object type: `v`, `a`, `av`, `m`, `i`, `k`, `c`, `tt`, `o`. */
  readonly ot?: string;
  /** Streaming format: `h` is HLS. */
  readonly sf?: string;
  /** Stream type: `v` on demand, `l` live. */
  readonly st?: string;
  /** The object that will be asked for next, relative to this one. */
  readonly nor?: string;
  /** Its byte range. */
  readonly nrr?: string;
  /** The object is needed at once to begin or to recover. */
  readonly su?: boolean;
}

/** Longest data that is read, in characters; players send two or three hundred. */
const LONGEST = 2048;
const LONGEST_TEXT = 128;

const NUMBERS: ReadonlySet<string> = new Set(['br', 'bl', 'dl', 'mtp', 'tb', 'pr']);
const TEXTS: ReadonlySet<string> = new Set(['cid', 'sid', 'ot', 'sf', 'st', 'nrr']);
const FLAGS: ReadonlySet<string> = new Set(['bs', 'su']);

const PAIR = /\s*([\w-]+)(?:=("(?:[^"\\]|\\.)*"|[^,]*))?\s*(?:,|$)/y;

const plain = (value: string): string =>
  value.startsWith('"') && value.endsWith('"') && value.length > 1
    ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1')
    : value.trim();

/** A text that a log or a page may show. */
const shown = (value: string): string | undefined =>
  value.length <= LONGEST_TEXT && /^[ -~]*$/.test(value) ? value : undefined;

/** Reads the data of the query parameter `CMCD` (decoded) or of a header; what is malformed or unknown is left out. */
export const parseCmcd = (text: string): Cmcd => {
  const found: Record<string, number | string | boolean> = {};
  if (text.length > LONGEST) return found;
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < text.length) {
    const match = PAIR.exec(text);
    if (match === null) break;
    const [, key = '', raw] = match;
    if (FLAGS.has(key)) found[key] = raw === undefined || raw === 'true';
    if (raw === undefined) continue;
    const value = plain(raw);
    if (NUMBERS.has(key) && /^\d{1,12}(?:\.\d{1,6})?$/.test(value)) found[key] = Number(value);
    // The next object is a URL, and longer than what is only shown.
    else if (key === 'nor' && value.length <= 1024) found[key] = value;
    else if (TEXTS.has(key)) {
      const text = shown(value);
      if (text !== undefined) found[key] = text;
    }
  }
  return found;
};

const HEADERS = ['cmcd-object', 'cmcd-request', 'cmcd-session', 'cmcd-status'] as const;

/** The data of the four headers, in lower-case names as `node:http` gives them; undefined if there is none. */
export const cmcdOfHeaders = (
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Cmcd | undefined => {
  let all = '';
  for (const name of HEADERS) {
    const value = headers[name];
    if (value === undefined) continue;
    all += `${all === '' ? '' : ','}${typeof value === 'string' ? value : value.join(',')}`;
  }
  return all === '' ? undefined : parseCmcd(all);
};
