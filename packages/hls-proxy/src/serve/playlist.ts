import { isUtf8 } from 'node:buffer';
import { BadDocument } from '../origin/bad-document.js';
import type { OriginDocument } from '../origin/documents.js';
import { playlistFacts, type PlaylistFacts } from '../playlist/facts.js';
import { scanPlaylist, type Scanned } from '../playlist/scan.js';
import type { Variables } from '../playlist/variables.js';
import { variablesKey } from './handed-variables.js';

const NONE: Variables = new Map();

/** Of memory, in bytes: a URI found, with its URL taken apart. */
const URI_COSTS = 600;
/** Two bytes at most for a character of the text, and as many where it is part of a URI. */
const CHARACTER_COSTS = 4;

/** A playlist as its origin gave it: one for all who watch, rewritten for each of them. */
export class Playlist {
  readonly text: string;
  readonly facts: PlaylistFacts;
  readonly url: URL;
  readonly lastModified: string | undefined;
  /** About the memory that it takes, in bytes. */
  readonly weight: number;
  /** Name of the mirror that gave it. */
  readonly mirror: string | undefined;
  readonly fetchedAt: number;
  // Bytes that are no UTF-8 come out as they went in.
  readonly #encoding: 'utf8' | 'latin1';
  #scanned: { readonly key: string; readonly result: Scanned } | undefined;

  /** @throws {BadDocument} when it holds more than can be served */
  constructor({ url, mirror, headers }: OriginDocument, body: Buffer, fetchedAt: number) {
    this.#encoding = isUtf8(body) ? 'utf8' : 'latin1';
    this.text = body.toString(this.#encoding);
    this.facts = playlistFacts(this.text);
    this.url = url;
    this.mirror = mirror;
    this.fetchedAt = fetchedAt;
    const modified = headers['last-modified'];
    this.lastModified = typeof modified === 'string' ? modified : undefined;
    const { children } = this.scan(NONE);
    this.weight = CHARACTER_COSTS * body.length + URI_COSTS * children.length;
  }

  /**
   * Its URIs; found once for all viewers who come with the same variables.
   *
   * @throws {BadDocument} when there are more than can be served
   */
  scan(variables: Variables): Scanned {
    const key = variablesKey(variables);
    if (this.#scanned?.key === key) return this.#scanned.result;
    try {
      const result = scanPlaylist(this.text, this.url, variables);
      this.#scanned = { key, result };
      return result;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new BadDocument(this.mirror, error.message);
    }
  }

  /** As they were found last. */
  get children(): Scanned['children'] {
    return (this.#scanned?.result ?? this.scan(NONE)).children;
  }

  encode(text: string): Buffer {
    return Buffer.from(text, this.#encoding);
  }
}
