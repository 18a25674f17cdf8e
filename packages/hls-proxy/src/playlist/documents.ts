import type { PlaylistChildKind } from './child.js';
import { webAddress } from './web-address.js';

/** A URI in one of the JSON documents that playlists lead to. */
export interface DocumentChild {
  readonly uri: URL;
  readonly raw: string;
  readonly kind: PlaylistChildKind;
}

export interface RewriteDocumentOptions {
  /** The document's own URL, after redirects. */
  readonly baseUrl: string | URL;
  /** What takes a URI's place; undefined leaves it as it is. */
  readonly map: (child: DocumentChild) => string | undefined;
}

type Json = Record<string, unknown>;

/** URIs in one document: a break has a few assets, a manifest a few clones of a few renditions. */
const MOST_URIS = 5000;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Replaces the URIs of an asset list, which says what an interstitial plays (`X-ASSET-LIST`,
 * draft-pantos-hls-rfc8216bis appendix D.2).
 *
 * @throws {SyntaxError} when the text is no JSON object.
 * @throws {RangeError} when it holds more than 5,000 URIs, or is nested too deeply.
 */
export function rewriteAssetList(text: string, options: RewriteDocumentOptions): string {
  const document = parse(text);
  const rewrite = mapper(options);
  const assets = document['ASSETS'];
  if (!Array.isArray(assets)) return text;
  for (const asset of assets) if (isObject(asset)) replaceAt(asset, 'URI', 'playlist', rewrite);
  return JSON.stringify(document);
}

/**
 * Replaces the URIs of a content-steering manifest (draft-pantos-hls-rfc8216bis section 7). A pathway clone that makes
 * URIs by putting another host or other parameters into those of its base is taken out: it would lead players past the
 * proxy, or to URIs that nobody signed. Players pass over pathways that they do not know (section 7.1). Clones that
 * list their URIs stay, with these replaced.
 *
 * @throws {SyntaxError} when the text is no JSON object.
 * @throws {RangeError} when it holds more than 5,000 URIs, or is nested too deeply.
 */
export function rewriteSteering(text: string, options: RewriteDocumentOptions): string {
  const document = parse(text);
  const rewrite = mapper(options);
  replaceAt(document, 'RELOAD-URI', 'steering', rewrite);
  const clones = document['PATHWAY-CLONES'];
  if (Array.isArray(clones)) document['PATHWAY-CLONES'] = followable(clones.filter(isObject), rewrite);
  return JSON.stringify(document);
}

type Rewrite = (raw: unknown, kind: PlaylistChildKind) => unknown;

/** The clones that can be followed through the proxy; one of a clone that was taken out goes with it. */
function followable(clones: readonly Json[], rewrite: Rewrite): Json[] {
  const gone = new Set<unknown>();
  return clones.filter((clone) => {
    const replacement = clone['URI-REPLACEMENT'];
    const leadsAway =
      isObject(replacement) && (replacement['HOST'] !== undefined || replacement['PARAMS'] !== undefined);
    if (!isObject(replacement) || leadsAway || gone.has(clone['BASE-ID'])) {
      gone.add(clone['ID']);
      return false;
    }
    for (const table of ['PER-VARIANT-URIS', 'PER-RENDITION-URIS']) {
      const uris = replacement[table];
      if (isObject(uris)) for (const id of Object.keys(uris)) replaceAt(uris, id, 'playlist', rewrite);
    }
    return true;
  });
}

function mapper({ baseUrl, map }: RewriteDocumentOptions): Rewrite {
  const base = String(baseUrl);
  let found = 0;
  return (raw, kind) => {
    found += 1;
    if (found > MOST_URIS) throw new RangeError(`the document holds more than ${MOST_URIS} URIs`);
    const uri = typeof raw === 'string' ? webAddress(raw, base) : undefined;
    return uri === undefined ? raw : (map({ uri, raw: raw as string, kind }) ?? raw);
  };
}

function replaceAt(object: Json, name: string, kind: PlaylistChildKind, rewrite: Rewrite): void {
  if (Object.hasOwn(object, name)) object[name] = rewrite(object[name], kind);
}

function parse(text: string): Json {
  const document: unknown = JSON.parse(text);
  if (!isObject(document)) throw new SyntaxError('not a JSON object');
  return document;
}
