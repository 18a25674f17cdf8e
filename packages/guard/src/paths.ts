// Encoded slashes, backslashes and NULs, and percent signs that would encode something once decoded.
const HIDDEN = /%(?:2f|5c|00|25[\da-f]{2})/i;
const STRANGE = /[\u0000-\u001f\u007f\\]/;
// With parameters too: some servers take `..;a=b` for `..`.
const DOT_SEGMENT = /(?:^|\/)(?:\.|%2e){1,2}(?:(?:;|%3b)[^/]*)?(?:\/|$)/i;

/**
 * Whether a path of a URL (without query) means the same to everyone who reads it: it begins with `/`, holds no `.` or
 * `..` segment in any spelling, no encoded slash, backslash or NUL, no double encoding (`%252e`), no backslash and no
 * control character. Only of such a path can be said what it is within.
 */
export const isPlainPath = (path: string): boolean =>
  path.startsWith('/') && !STRANGE.test(path) && !DOT_SEGMENT.test(path) && !(path.includes('%') && HIDDEN.test(path));

/**
 * Whether a path is the one that is named, or below it: `/live` and `/live/` hold `/live/a.m3u8` but not
 * `/livestock/a.m3u8`; `/live/a.m3u8` holds itself alone; `/` holds all. False for a path that is not plain (see
 * {@link isPlainPath}), and for a prefix that is not.
 */
export const isWithin = (path: string, prefix: string): boolean => {
  if (!isPlainPath(path) || !isPlainPath(prefix)) return false;
  if (!path.startsWith(prefix)) return path === prefix.slice(0, -1) && prefix.endsWith('/');
  return path.length === prefix.length || prefix.endsWith('/') || path.charAt(prefix.length) === '/';
};
