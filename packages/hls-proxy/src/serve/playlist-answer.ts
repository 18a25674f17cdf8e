import { setImmediate } from 'node:timers/promises';
import type { Answer, ProxyRequest } from '@forebay/reverse-proxy';
import type { Access, Admission, Child, Resource } from '../access/admission.js';
import type { OriginDocument } from '../origin/documents.js';
import type { UpstreamGroup } from '../origin/upstream-group.js';
import { type PlaylistChild, type PlaylistChildKind } from '../playlist/child.js';
import { replaceChildren } from '../playlist/rewrite.js';
import type { Variables } from '../playlist/variables.js';
import type { Landed } from './flights.js';
import { withVariables } from './handed-variables.js';
import type { Playlist } from './playlist.js';
import type { Found } from './playlist-source.js';
import { PASSED_ON, present } from './presentation.js';
import { resourceOf, resourceText } from './resource-query.js';

export interface Rewriting {
  readonly access: Access;
  readonly group: UpstreamGroup;
  readonly via: string;
  readonly now: () => number;
}

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
/** Tags whose playlists may import what the one that names them defines. */
const HANDS_ON: ReadonlySet<string> = new Set([
  'EXT-X-STREAM-INF',
  'EXT-X-MEDIA',
  'EXT-X-I-FRAME-STREAM-INF',
  'EXT-X-RENDITION-REPORT',
]);
/** Of an origin's refusal so many bytes are passed on. */
const REFUSAL_BYTES = 64 * 1024;

/** URIs that are signed in one go: many thousands would keep everybody else waiting. */
const AT_ONCE = 500;

/** A playlist for one viewer: all its URIs come back through the proxy. */
async function rewriteFor(
  playlist: Playlist,
  admission: Admission,
  imported: Variables,
  rewriting: Rewriting,
): Promise<string> {
  const { children, variables } = playlist.scan(imported);
  const { ended: lasting, liveEdge, targetDuration } = playlist.facts;
  const live = liveEdge === undefined ? undefined : targetDuration;
  const through = (child: PlaylistChild): string => {
    const resource = handingOn(child, rewriting.group.locate(child.uri), imported, variables);
    return uriThrough(rewriting, admission, child, resource, { lasting, targetDuration: live });
  };
  if (children.length <= AT_ONCE) return replaceChildren(playlist.text, children, through);
  const replacements = new Map<PlaylistChild, string>();
  for (const [index, child] of children.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
    replacements.set(child, through(child));
  }
  return replaceChildren(playlist.text, children, (child) => replacements.get(child));
}

/** The URI that leads to a child through the proxy; what comes after `#` is the player's alone. */
export function uriThrough(
  { access }: Pick<Rewriting, 'access'>,
  admission: Admission,
  { kind, uri }: { readonly kind: PlaylistChildKind; readonly uri: URL },
  resource: Resource,
  of: Pick<Child, 'lasting' | 'targetDuration'> = {},
): string {
  const { lasting = false } = of;
  const targetDuration = kind === 'segment' ? of.targetDuration : undefined;
  return access.uriFor(admission, { kind, lasting, targetDuration, ...resource }) + uri.hash;
}

function handingOn(child: PlaylistChild, resource: Resource, imported: Variables, defined: Variables): Resource {
  // A rendition report must name its playlist as the multivariant playlist did, or players do not see what it is about.
  const handed = child.tag === 'EXT-X-RENDITION-REPORT' ? imported : defined;
  if (handed.size === 0 || !HANDS_ON.has(child.tag)) return resource;
  return resourceOf(withVariables(resourceText(resource), handed), resource);
}

/** The answer to a request for a playlist; undefined: it is none, but bytes to be streamed. */
export async function playlistAnswer(
  { value: found, collapsed }: Landed<Found>,
  request: ProxyRequest,
  about: { readonly admission: Admission; readonly variables: Variables },
  rewriting: Rewriting,
): Promise<Answer | undefined> {
  if (found.kind === 'media') return undefined;
  if (found.kind === 'refusal') return refusalAnswer(found.document, request, rewriting.via);
  const { playlist } = found;
  const text = await rewriteFor(playlist, about.admission, about.variables, rewriting);
  const stale = found.kind === 'last-copy';
  return present(
    {
      status: 200,
      contentType: PLAYLIST_TYPE,
      bytes: playlist.encode(text),
      outcome: stale ? 'STALE' : 'BYPASS',
      cacheStatus: stale
        ? { fwd: 'stale', detail: 'last-copy', collapsed }
        : { fwd: 'bypass', fwdStatus: 200, collapsed },
      lastModified: playlist.lastModified,
      ...(stale ? { age: Math.floor((rewriting.now() - playlist.fetchedAt) / 1000) } : {}),
    },
    request,
    rewriting.via,
  );
}

/** What an origin says instead of a document stays what it is. */
export function refusalAnswer(document: OriginDocument, request: ProxyRequest, via: string): Promise<Answer> {
  const { status, headers, body } = document;
  const extra: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = headers[name];
    if (typeof value === 'string' && /^[\t\u0020-\u007E]*$/.test(value)) extra[name] = value;
  }
  return present(
    {
      status,
      // The words are the origin's; a browser must not run them as a page of ours.
      contentType: 'text/plain; charset=utf-8',
      bytes: body === undefined || body.length > REFUSAL_BYTES ? Buffer.alloc(0) : body,
      outcome: 'BYPASS',
      cacheStatus: { fwd: 'bypass', fwdStatus: status },
      extra,
    },
    request,
    via,
  );
}
