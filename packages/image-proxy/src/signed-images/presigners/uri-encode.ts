const PLAIN = /^[A-Za-z0-9\-._~/]*$/;
const LEFT_BY_ENCODE_URI_COMPONENT = /[!'()*]/g;

const escape = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** Percent-encodes all but the unreserved characters (RFC 3986 section 2.3), as signatures over URIs want it. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(LEFT_BY_ENCODE_URI_COMPONENT, escape);
}

/** The same for a path: slashes stay. */
export function uriEncodePath(path: string): string {
  return PLAIN.test(path) ? path : uriEncode(path).replaceAll('%2F', '/');
}
