import type { AttributeSpan } from './attributes.js';

/** What a variable stands for. */
export interface Variable {
  readonly text: string;
  /**
   * The same with a mark in place of whatever came from the query of a playlist's URL, which viewers may write as they
   * like; equal to `text` where nothing did.
   */
  readonly marked: string;
}

export type Variables = ReadonlyMap<string, Variable>;

/** Longest text that references may be replaced in and by: a few of them could grow a short playlist beyond all memory. */
const LONGEST = 16_384;

/** Variables that one playlist defines, and their texts together. */
const MOST_VARIABLES = 1000;
const MOST_CHARACTERS = 256 * 1024;

/** By so many characters references may make all URIs of one playlist longer. */
const MOST_GROWTH = 16 * 1024 * 1024;

const REFERENCE = /\{\$([A-Za-z0-9_-]+)\}/g;

/** No origin would call anything so. */
const MARK = 'fb-from-query';

/**
 * A playlist's variables (EXT-X-DEFINE, draft-pantos-hls-rfc8216bis sections 4.3 and 4.4.2.3): its own, those of the
 * query of its URL, and those that it imports from the playlist that led to it.
 */
export class Definitions {
  readonly #query: URLSearchParams;
  readonly #importable: Variables;
  readonly #values = new Map<string, Variable>();
  #characters = 0;
  #growth = 0;

  constructor(url: URL, importable: Variables) {
    this.#query = url.searchParams;
    this.#importable = importable;
  }

  /** All that are defined so far: what a multivariant playlist hands on to its children. */
  get values(): Variables {
    return this.#values;
  }

  /** Takes in one EXT-X-DEFINE. What it does not find, and what is too much, stays undefined. */
  define(text: string, attributes: readonly AttributeSpan[]): void {
    const read = (name: string): string | undefined => {
      const span = attributes.find((each) => each.name === name);
      return span && text.slice(span.start, span.end);
    };
    const name = read('NAME');
    const imported = read('IMPORT');
    const parameter = read('QUERYPARAM');
    if (name !== undefined) this.#set(name, this.resolve(read('VALUE') ?? ''));
    else if (imported !== undefined) this.#set(imported, this.#importable.get(imported));
    else if (parameter !== undefined) {
      const value = this.#query.get(parameter);
      if (value !== null) this.#set(parameter, { text: value, marked: MARK });
    }
  }

  /**
   * Replaces references; undefined where one of them is not defined, or where too much would come of it.
   *
   * @throws {RangeError} when all that was replaced so far has grown too long
   */
  resolve(text: string): Variable | undefined {
    if (!text.includes('{$')) return { text, marked: text };
    const resolved = this.#replaced(text, 'text');
    const marked = resolved === undefined ? undefined : this.#replaced(text, 'marked');
    if (resolved === undefined || marked === undefined) return undefined;
    this.#growth += Math.max(0, resolved.length - text.length);
    if (this.#growth > MOST_GROWTH)
      throw new RangeError('the variables of the playlist make it grow beyond all measure');
    return { text: resolved, marked };
  }

  #replaced(text: string, which: keyof Variable): string | undefined {
    let left = LONGEST - text.length;
    const replaced = text.replace(REFERENCE, (_reference, name: string) => {
      const value = left < 0 ? undefined : this.#values.get(name)?.[which];
      left = value === undefined ? -1 : left - value.length;
      return left < 0 ? '' : (value ?? '');
    });
    return left < 0 ? undefined : replaced;
  }

  #set(name: string, value: Variable | undefined): void {
    if (value === undefined) return;
    const characters = this.#characters + name.length + value.text.length;
    if (characters > MOST_CHARACTERS || this.#values.size >= MOST_VARIABLES) return;
    this.#characters = characters;
    this.#values.set(name, value);
  }
}

/**
 * Whether what came from a query fills in names and parameters only: it must not say the host, nor climb about in the
 * path. Else a viewer could have a playlist name, and so have the proxy sign, whatever they like.
 */
export function fillsInOnly(uri: URL, marked: URL): boolean {
  if (uri.protocol !== marked.protocol || uri.port !== marked.port || !sameSite(uri.hostname, marked.hostname))
    return false;
  if (uri.username !== marked.username || uri.password !== marked.password) return false;
  const steps = uri.pathname.split('/');
  const markedSteps = marked.pathname.split('/');
  return (
    steps.length === markedSteps.length &&
    markedSteps.every((step, index) => step === steps[index] || step.includes(MARK))
  );
}

/** A query may choose among the hosts of one site: the last two labels are the origin's. */
function sameSite(host: string, marked: string): boolean {
  if (host === marked) return true;
  const site = marked.split('.').slice(-2).join('.');
  return site.includes('.') && !site.includes(MARK) && host.endsWith(`.${site}`);
}
