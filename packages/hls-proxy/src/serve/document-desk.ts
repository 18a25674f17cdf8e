import type { Answer, ProxyRequest } from '@forebay/reverse-proxy';
import type { Admission } from '../access/admission.js';
import type { Documents } from '../origin/documents.js';
import type { Variables } from '../playlist/variables.js';
import type { SessionHandle } from '../sessions/session-handle.js';
import type { LiveEdges } from './live-edges.js';
import { takeVariables } from './handed-variables.js';
import { JsonDocuments } from './json-documents.js';
import { NextSegments } from './next-segments.js';
import { playlistAnswer, type Rewriting } from './playlist-answer.js';
import { PlaylistSource } from './playlist-source.js';
import { playlistKey, resourceOf, resourceText, shownResource } from './resource-query.js';
import { StreamMemory } from './stream-memory.js';

export interface DocumentDeskOptions extends Rewriting {
  readonly documents: Documents;
  readonly lastCopyBytes: number;
  readonly shareFor: number;
  readonly edges: LiveEdges;
}

const NONE: Variables = new Map();

/** Serves what players read before they play: playlists, asset lists, steering manifests. */
export class DocumentDesk {
  readonly #options: DocumentDeskOptions;
  readonly #playlists: PlaylistSource;
  readonly #json: JsonDocuments;
  readonly #next: NextSegments;

  constructor(options: DocumentDeskOptions) {
    const { documents, edges, group, lastCopyBytes, shareFor, now } = options;
    this.#options = options;
    const memory = new StreamMemory(lastCopyBytes, now, edges);
    this.#playlists = new PlaylistSource({ documents, memory, mirrors: group.size, shareFor, now });
    this.#json = new JsonDocuments(documents, options);
    this.#next = new NextSegments(memory, (url) => group.locate(url));
  }

  /** Path and query of the segment that comes next; `named` is the path of the one that the player says it will want. */
  nextSegment(session: SessionHandle, local: string, named: string | undefined): string | undefined {
    return this.#next.after(session, local, named);
  }

  /**
   * Answers for a document; undefined where the origin has bytes to be streamed instead.
   *
   * @throws {Problem} what is wrong with what the origin said, besides the errors of asking it
   */
  async answer(request: ProxyRequest, admission: Admission): Promise<Answer | undefined> {
    const { kind, resource, session } = admission;
    if (kind === 'asset-list' || kind === 'steering') return this.#json.answer(kind, request, admission);
    const { uri, variables: handed } = takeVariables(resourceText(resource));
    // Without a grant they are the viewer's own invention.
    const variables = kind === undefined ? NONE : handed;
    const expected = kind === 'playlist' ? 'playlist' : 'any';
    const landed = await this.#playlists.find(resourceOf(uri, resource), expected, request);
    const found = landed.value;
    if (found.kind === 'playlist') {
      const { targetDuration } = found.playlist.facts;
      // With a grant for a playlist the access has said so already.
      if (targetDuration !== undefined && kind === undefined) session.watching(shownResource(resource));
      if (targetDuration !== undefined) this.#next.follow(session, playlistKey(resourceOf(uri, resource)));
    }
    return playlistAnswer(landed, request, { admission, variables }, this.#options);
  }
}
