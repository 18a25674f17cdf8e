import type { PlaylistChild } from './child.js';
import { scanPlaylist, type ChildSpan } from './scan.js';

/** What takes a URI's place; undefined leaves it as it is. */
export type MapChild = (child: PlaylistChild) => string | undefined;

export interface RewriteOptions {
  /** The playlist's own URL, after redirects. */
  readonly baseUrl: string | URL;
  readonly map: MapChild;
  /** Variables that it may import: those of the playlist that led to it. @default none */
  readonly vars?: ReadonlyMap<string, string>;
}

/**
 * Replaces the URIs of a playlist and leaves all else byte for byte: line ends, spacing, comments, unknown tags. It takes
 * one pass over the text; nothing is parsed and printed again.
 *
 * URIs are found in their lines and in the attributes `URI`, `SERVER-URI`, `X-ASSET-URI` and `X-ASSET-LIST` of every tag.
 * Variables (EXT-X-DEFINE) are replaced before `map` is asked. Schemes other than http and https stay, and so does a URI
 * whose host or folders a parameter of the playlist's URL would say (QUERYPARAM): whoever asks for the playlist writes
 * these as they like.
 *
 * @throws {TypeError} when `baseUrl` is no absolute URL.
 * @throws {RangeError} when the text holds more than 100,000 URIs, or its variables would make it grow beyond all measure.
 */
export function rewritePlaylist(text: string, { baseUrl, map, vars }: RewriteOptions): string {
  const imported = new Map([...(vars ?? [])].map(([name, value]) => [name, { text: value, marked: value }]));
  return replaceChildren(text, scanPlaylist(text, new URL(baseUrl), imported).children, map);
}

/** The second half of {@link rewritePlaylist}, for one text that is rewritten for many. */
export function replaceChildren(text: string, children: readonly ChildSpan[], map: MapChild): string {
  let result = '';
  let at = 0;
  for (const child of children) {
    const replacement = map(child);
    if (replacement === undefined) continue;
    result += text.slice(at, child.start) + written(replacement, child.delimited);
    at = child.end;
  }
  return result + text.slice(at);
}

/** A URI as it may stand between quotes or before a comma. */
function written(uri: string, delimited: boolean): string {
  const quoted = uri.includes('"') ? uri.replaceAll('"', '%22') : uri;
  return delimited ? quoted : quoted.replaceAll(',', '%2C');
}
