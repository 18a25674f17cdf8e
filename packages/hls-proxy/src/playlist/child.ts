/**
 * What a URI in a playlist leads to, as far as a proxy must tell: a playlist, a key, the JSON documents that lead
 * further, or bytes that a player takes as they are (segments, parts, init sections, subtitles, session data).
 */
export type PlaylistChildKind = 'playlist' | 'segment' | 'key' | 'asset-list' | 'steering';

/** A URI as it stands in a playlist. */
export interface PlaylistChild {
  /** Where it leads: variables replaced, resolved against the playlist's own URL. */
  readonly uri: URL;
  /** As it is written. */
  readonly raw: string;
  readonly kind: PlaylistChildKind;
  /** The tag that it belongs to, such as `EXT-X-MAP`; of a URI line the tag before it, or empty. */
  readonly tag: string;
  /** Name of its attribute; undefined for a URI line. */
  readonly attribute: string | undefined;
}

const PLAYLIST_TAGS: ReadonlySet<string> = new Set([
  'EXT-X-STREAM-INF',
  'EXT-X-I-FRAME-STREAM-INF',
  'EXT-X-IMAGE-STREAM-INF',
  'EXT-X-MEDIA',
  'EXT-X-RENDITION-REPORT',
]);

const SEGMENT_TAGS: ReadonlySet<string> = new Set([
  'EXTINF',
  'EXT-X-MAP',
  'EXT-X-PART',
  'EXT-X-PRELOAD-HINT',
  'EXT-X-SESSION-DATA',
]);

/** The attributes that hold a URI (draft-pantos-hls-rfc8216bis section 4.4 and appendix D). */
export const URI_ATTRIBUTES: ReadonlySet<string> = new Set(['URI', 'SERVER-URI', 'X-ASSET-URI', 'X-ASSET-LIST']);

/** What a URI leads to: its tag says so; only where the tag is unknown does the name of the file. */
export function childKind(tag: string, attribute: string | undefined, uri: URL): PlaylistChildKind {
  if (attribute === 'SERVER-URI') return 'steering';
  if (attribute === 'X-ASSET-LIST') return 'asset-list';
  if (attribute === 'X-ASSET-URI' || PLAYLIST_TAGS.has(tag)) return 'playlist';
  if (tag === 'EXT-X-KEY' || tag === 'EXT-X-SESSION-KEY') return 'key';
  if (SEGMENT_TAGS.has(tag)) return 'segment';
  return /\.m3u8?$/i.test(uri.pathname) ? 'playlist' : 'segment';
}
