import { isUtf8 } from 'node:buffer';
import type { OriginDocument } from '../origin/documents.js';
import { playlistFacts, type PlaylistFacts } from '../playlist/facts.js';
import { scanPlaylist, type Scanned } from '../playlist/scan.js';
import type { Variables } from '../playlist/variables.js';
import { variablesKey } from './handed-variables.js';

/** A playlist as its origin gave it: one for all who watch, rewritten for each of them. */
export class Playlist {
  readonly text: string;
  readonly facts: PlaylistFacts;
  readonly url: URL;
  readonly lastModified: string | undefined;
  readonly size: number;
  /** Name of the mirror that gave it. */
  readonly mirror: string | undefined;
  readonly fetchedAt: number;
  // Bytes that are no UTF-8 come out as they went in.
  readonly #encoding: 'utf8' | 'latin1';
  #scanned: { readonly key: string; readonly result: Scanned } | undefined;

  constructor({ url, mirror, headers }: OriginDocument, body: Buffer, fetchedAt: number) {
    this.#encoding = isUtf8(body) ? 'utf8' : 'latin1';
    this.text = body.toString(this.#encoding);
    this.facts = playlistFacts(this.text);
    this.url = url;
    this.mirror = mirror;
    this.size = body.length;
    this.fetchedAt = fetchedAt;
    const modified = headers['last-modified'];
    this.lastModified = typeof modified === 'string' ? modified : undefined;
  }

  /** Its URIs; found once for all viewers who come with the same variables. */
  scan(variables: Variables): Scanned {
    const key = variablesKey(variables);
    if (this.#scanned?.key !== key) this.#scanned = { key, result: scanPlaylist(this.text, this.url, variables) };
    return this.#scanned.result;
  }

  /** As they were found last. */
  get children(): Scanned['children'] {
    return (this.#scanned?.result ?? this.scan(new Map())).children;
  }

  encode(text: string): Buffer {
    return Buffer.from(text, this.#encoding);
  }
}
