import type { AttributeSpan } from './attributes.js';

/** What a playlist gets from outside of itself. */
export type Variables = ReadonlyMap<string, string>;

/** Longest text that references may be replaced in and by: a few of them could grow a short playlist beyond all memory. */
const LONGEST = 16_384;

const REFERENCE = /\{\$([A-Za-z0-9_-]+)\}/g;

/**
 * A playlist's variables (EXT-X-DEFINE, draft-pantos-hls-rfc8216bis sections 4.3 and 4.4.2.3): its own, those of the
 * query of its URL, and those that it imports from the playlist that led to it.
 */
export class Definitions {
  readonly #query: URLSearchParams;
  readonly #importable: Variables;
  readonly #values = new Map<string, string>();

  constructor(url: URL, importable: Variables) {
    this.#query = url.searchParams;
    this.#importable = importable;
  }

  /** All that are defined so far: what a multivariant playlist hands on to its children. */
  get values(): Variables {
    return this.#values;
  }

  /** Takes in one EXT-X-DEFINE. What it does not find stays undefined. */
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
    else if (parameter !== undefined) this.#set(parameter, this.#query.get(parameter) ?? undefined);
  }

  /** Replaces references; undefined where one of them is not defined, or where too much would come of it. */
  resolve(text: string): string | undefined {
    if (!text.includes('{$')) return text;
    let left = LONGEST - text.length;
    const resolved = text.replace(REFERENCE, (_reference, name: string) => {
      const value = left < 0 ? undefined : this.#values.get(name);
      left = value === undefined ? -1 : left - value.length;
      return left < 0 ? '' : (value ?? '');
    });
    return left < 0 ? undefined : resolved;
  }

  #set(name: string, value: string | undefined): void {
    if (value !== undefined) this.#values.set(name, value);
  }
}
