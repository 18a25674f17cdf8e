import type { Resource } from '../access/admission.js';

/** Delivery directives (draft-pantos-hls-rfc8216bis section 6.2.5). */
const DIRECTIVE = '_HLS_';
const BLOCKING = /[?&]_HLS_msn=\d/;

/** Path and query, or URL, as one text. */
export function resourceText(resource: Resource): string {
  return 'local' in resource ? resource.local : resource.foreign.href;
}

/** For people to read: without a query, which may hold what is nobody's business. */
export function shownResource(resource: Resource): string {
  return 'local' in resource
    ? (resource.local.split('?', 1)[0] ?? '')
    : resource.foreign.origin + resource.foreign.pathname;
}

/** The same with another text. */
export function resourceOf(text: string, like: Resource): Resource {
  return 'local' in like ? { local: text } : { foreign: new URL(text) };
}

/** Whether the origin is to hold its answer back until there is news. */
export function isBlocking(resource: Resource): boolean {
  return BLOCKING.test(resourceText(resource));
}

/** What names a playlist whatever part of it is asked for. */
export function playlistKey(resource: Resource): string {
  const text = resourceText(resource);
  const mark = text.indexOf('?');
  if (mark < 0 || !text.includes(DIRECTIVE, mark)) return text;
  const rest = text
    .slice(mark + 1)
    .split('&')
    .filter((pair) => !pair.startsWith(DIRECTIVE));
  return rest.length === 0 ? text.slice(0, mark) : `${text.slice(0, mark)}?${rest.join('&')}`;
}
