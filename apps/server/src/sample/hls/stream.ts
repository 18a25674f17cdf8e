/** Something that the sample origin has. */
export interface Resource {
  readonly type: string;
  readonly body: Buffer;
  readonly cacheControl: string;
}

/** Not yet there, but known to come: the time in milliseconds. */
export interface Coming {
  readonly availableAt: number;
}

/** A request that makes no sense to the stream. */
export interface Refused {
  readonly refused: string;
}

export type Found = Resource | Coming | Refused | undefined;

/** A stream as a function of the path below it, the query and the time in milliseconds: all mirrors agree for ever. */
export type Stream = (path: string, query: URLSearchParams, now: number) => Found;

const PLAYLIST = 'application/vnd.apple.mpegurl';
const FOR_EVER = 'public, max-age=86400';

export const playlist = (lines: readonly string[], cacheControl: string = FOR_EVER): Resource => ({
  type: PLAYLIST,
  body: Buffer.from(`${lines.join('\n')}\n`),
  cacheControl,
});
export const livePlaylist = (lines: readonly string[]): Resource => playlist(lines, 'max-age=1');
export const mp4 = (body: Buffer): Resource => ({ type: 'video/mp4', body, cacheControl: FOR_EVER });
export const transportStream = (body: Buffer): Resource => ({ type: 'video/mp2t', body, cacheControl: FOR_EVER });
export const text = (body: string): Resource => ({
  type: 'text/vtt; charset=utf-8',
  body: Buffer.from(body),
  cacheControl: FOR_EVER,
});
export const key = (body: Buffer): Resource => ({
  type: 'application/octet-stream',
  body,
  cacheControl: 'private, no-store',
});
