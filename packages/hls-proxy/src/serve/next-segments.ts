import type { Resource } from '../access/admission.js';
import type { SessionHandle } from '../sessions/session-handle.js';
import type { Playlist } from './playlist.js';
import type { StreamMemory } from './stream-memory.js';

/** Playlists that one player follows at once: pictures, sound, subtitles, and one that it is switching to. */
const FOLLOWED = 4;

/** A playlist's segments on our own upstreams, by place and by name. */
interface Order {
  readonly segments: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  readonly byPath: ReadonlyMap<string, string>;
}

/** Knows what a player will ask for next, by the playlists that it was given last. */
export class NextSegments {
  readonly #memory: StreamMemory;
  readonly #locate: (url: URL) => Resource;
  readonly #followed = new WeakMap<SessionHandle, readonly string[]>();
  readonly #orders = new WeakMap<Playlist, Order>();

  constructor(memory: StreamMemory, locate: (url: URL) => Resource) {
    this.#memory = memory;
    this.#locate = locate;
  }

  /** A session was given a playlist; `key` is what the memory knows it by. */
  follow(session: SessionHandle, key: string): void {
    const others = (this.#followed.get(session) ?? []).filter((each) => each !== key);
    this.#followed.set(session, [key, ...others].slice(0, FOLLOWED));
  }

  /**
   * Path and query of the segment after another one in the same playlist, if there is one yet.
   *
   * @param named the path of the one that the player says it will ask for
   */
  after(session: SessionHandle, local: string, named: string | undefined): string | undefined {
    for (const key of this.#followed.get(session) ?? []) {
      const playlist = this.#memory.playlist(key);
      const order = playlist && this.#orderOf(playlist);
      const place = order?.places.get(local);
      if (order === undefined || place === undefined) continue;
      return (named === undefined ? undefined : order.byPath.get(named)) ?? order.segments[place + 1];
    }
    return undefined;
  }

  #orderOf(playlist: Playlist): Order {
    const known = this.#orders.get(playlist);
    if (known) return known;
    const segments = playlist.children.flatMap(({ tag, kind, uri }) => {
      const resource = tag === 'EXTINF' && kind === 'segment' ? this.#locate(uri) : undefined;
      return resource && 'local' in resource ? [resource.local] : [];
    });
    const order = {
      segments,
      places: new Map(segments.map((local, place) => [local, place])),
      byPath: new Map(segments.map((local) => [local.split('?', 1)[0] ?? '', local])),
    };
    this.#orders.set(playlist, order);
    return order;
  }
}
