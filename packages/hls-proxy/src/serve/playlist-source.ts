import { isGuardError } from '@forebay/guard';
import { Problem, traceContext, type ProxyRequest } from '@forebay/reverse-proxy';
import type { Resource } from '../access/admission.js';
import { BadDocument, culpritOf } from '../origin/bad-document.js';
import type { DocumentRequest, Documents, OriginDocument } from '../origin/documents.js';
import { isPlaylist } from '../playlist/facts.js';
import { Flights, type Landed } from './flights.js';
import { Playlist } from './playlist.js';
import { isBlocking, playlistKey, resourceText } from './resource-query.js';
import type { StreamMemory } from './stream-memory.js';

/** What a playlist's URL turned out to lead to. */
export type Found =
  | { readonly kind: 'playlist'; readonly playlist: Playlist }
  /** The origin cannot be asked: this is what it said last. */
  | { readonly kind: 'last-copy'; readonly playlist: Playlist; readonly error: unknown }
  /** An answer that is no success. */
  | { readonly kind: 'refusal'; readonly document: OriginDocument }
  /** Bytes to be streamed. */
  | { readonly kind: 'media' };

export interface PlaylistSourceOptions {
  readonly documents: Documents;
  readonly memory: StreamMemory;
  /** How many mirrors there are. */
  readonly mirrors: number;
  readonly shareFor: number;
  readonly now: () => number;
}

/** A blocking reload may take so many target durations (draft-pantos-hls-rfc8216bis section 6.2.5.2). */
const BLOCKING_TARGET_DURATIONS = 3;
/** Mirrors asked for one playlist because those before were behind, or had nothing of use. */
const MOST_MIRRORS = 3;

type Wanted = Pick<DocumentRequest, 'resource' | 'expected' | 'trace' | 'signal'>;

/** Fetches playlists: one upstream request for all who ask at once, always fresh, never older than what was seen before. */
export class PlaylistSource {
  readonly #options: PlaylistSourceOptions;
  readonly #flights: Flights<Found>;

  constructor(options: PlaylistSourceOptions) {
    this.#options = options;
    this.#flights = new Flights(options.shareFor);
  }

  /** Rejects with what kept all upstreams from answering where there is no copy to stand in. */
  find(resource: Resource, expected: 'playlist' | 'any', request: ProxyRequest): Promise<Landed<Found>> {
    const key = `${expected} ${resourceText(resource)}`;
    const trace = traceContext(request.headers);
    return this.#flights.join(key, (signal) => this.#find({ resource, expected, trace, signal }), request.signal);
  }

  async #find(wanted: Wanted): Promise<Found> {
    const { memory } = this.#options;
    const { resource, signal } = wanted;
    const key = playlistKey(resource);
    try {
      const found = await this.#fresh(wanted, key);
      if (found.kind === 'playlist') memory.remember(key, found.playlist);
      return found;
    } catch (error) {
      // An address that must not be reached is not an origin that is down.
      const playlist = signal.aborted || isGuardError(error) ? undefined : memory.lastCopy(key);
      if (playlist) return { kind: 'last-copy', playlist, error };
      throw error;
    }
  }

  async #fresh(wanted: Wanted, key: string): Promise<Found> {
    const { documents, memory, mirrors } = this.#options;
    const { resource } = wanted;
    const wait = isBlocking(resource) ? BLOCKING_TARGET_DURATIONS * memory.targetDuration(key) : undefined;
    const avoid = new Set<string>();
    const mayTryWithout = (mirror: string | undefined): boolean => {
      if (mirror === undefined || avoid.has(mirror) || avoid.size + 1 >= Math.min(mirrors, MOST_MIRRORS)) return false;
      avoid.add(mirror);
      return true;
    };
    for (;;) {
      let found: Found;
      try {
        const document = await documents.fetch({ ...wanted, wait, avoid });
        found = this.#judged(document);
        if (found.kind !== 'playlist' || !memory.isBehind(key, found.playlist)) return found;
      } catch (error) {
        if (mayTryWithout(culpritOf(error))) continue;
        throw error;
      }
      if (mayTryWithout(found.playlist.mirror)) continue;
      // Nobody has what was there already. Either the broadcast began anew, which shows soon enough, or it will be back.
      const playlist = memory.lastCopy(key);
      return playlist ? { kind: 'last-copy', playlist, error: new Error('every mirror is behind') } : found;
    }
  }

  #judged(document: OriginDocument): Found {
    const { status, headers, body, mirror } = document;
    if (status >= 500 || status === 429) throw failed(document);
    if (body === undefined) return { kind: 'media' };
    if (status !== 200) return { kind: 'refusal', document };
    const playlist = new Playlist(document, body, this.#options.now());
    const typed = /mpegurl/i.test(String(headers['content-type'] ?? ''));
    if (!typed && !isPlaylist(playlist.text)) throw new BadDocument(mirror, 'what came is no playlist');
    return { kind: 'playlist', playlist };
  }
}

/** The origin's own words of failure, with its time to wait. */
export function failed({ status, headers }: OriginDocument): Problem {
  const after = Number(headers['retry-after']);
  const retryAfterMs = Number.isFinite(after) && after >= 0 ? after * 1000 : 1000;
  if (status === 429)
    return new Problem(429, 'upstream-rate-limit', 'the upstream limits the rate of requests', { retryAfterMs });
  if (status === 503)
    return new Problem(503, 'upstream-unavailable', 'the upstream is not available', { retryAfterMs });
  if (status === 504) return new Problem(504, 'upstream-timeout', 'the upstream ran out of time');
  return new Problem(502, 'upstream-failed', `the upstream answered ${status}`);
}
