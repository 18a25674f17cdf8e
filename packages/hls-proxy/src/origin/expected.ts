import type { HeaderRecord } from '@forebay/cache-tiers/http';

/** `any`: what the origin answers decides whether it is a playlist. */
export type Expected = 'playlist' | 'json' | 'any';

const PLAYLIST_TYPE = /^(?:application\/(?:vnd\.apple\.mpegurl|x-mpegurl|mpegurl)|audio\/(?:x-)?mpegurl)$/;
const MEDIA_TYPE = /^(?:video|audio|image|font)\/|^application\/(?:octet-stream|mp4|x-mpegts)$/;
const NO_PLAYLIST_TYPE = /^(?:text\/html|application\/(?:[\w.-]+\+)?json)$/;
const BEGINNING = /^(?:\u00EF\u00BB\u00BF)?\s*#EXTM3U/;

/** What an answer is, by its type and its first bytes as far as these can be read. */
function natureOf(headers: HeaderRecord, first: Buffer | undefined): 'playlist' | 'media' | 'other' {
  const type = typeOf(headers);
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity') {
    // Only the decoder sees the beginning.
    if (MEDIA_TYPE.test(type) && !PLAYLIST_TYPE.test(type)) return 'media';
    return NO_PLAYLIST_TYPE.test(type) ? 'other' : 'playlist';
  }
  const beginning = first?.toString('latin1', 0, 64) ?? '';
  if (BEGINNING.test(beginning)) return 'playlist';
  if (PLAYLIST_TYPE.test(type)) return /^\s*(?:<|$)/.test(beginning) ? 'other' : 'playlist';
  return MEDIA_TYPE.test(type) ? 'media' : 'other';
}

export function looksLikePlaylist(headers: HeaderRecord, first: Buffer | undefined): boolean {
  return natureOf(headers, first) === 'playlist';
}

/**
 * Why an answer is not what a playlist or a JSON document can be: a page of a captive portal or of an error, say. It
 * then counts as a failure of its mirror, and another one is asked. Media is let through where a playlist was expected:
 * an interstitial may be a single file.
 */
export function refusal(
  expected: Expected,
  status: number,
  headers: HeaderRecord,
  first: Buffer | undefined,
): Error | undefined {
  if (status !== 200 || expected === 'any') return undefined;
  if (expected === 'json')
    return typeOf(headers) === 'text/html' ? new Error('a page came instead of JSON') : undefined;
  return natureOf(headers, first) === 'other' ? new Error('what came is no playlist') : undefined;
}

function typeOf(headers: HeaderRecord): string {
  const value = headers['content-type'];
  const text = typeof value === 'string' ? value : (value?.[0] ?? '');
  return (text.split(';', 1)[0] ?? '').trim().toLowerCase();
}
