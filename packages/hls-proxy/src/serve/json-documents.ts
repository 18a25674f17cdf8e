import { Problem, traceContext, type Answer, type ProxyRequest } from '@forebay/reverse-proxy';
import type { Admission } from '../access/admission.js';
import type { Documents, OriginDocument } from '../origin/documents.js';
import { rewriteAssetList, rewriteSteering } from '../playlist/documents.js';
import { Flights } from './flights.js';
import { refusalAnswer, uriThrough, type Rewriting } from './playlist-answer.js';
import { failed } from './playlist-source.js';
import { present } from './presentation.js';
import { resourceText } from './resource-query.js';

const NOBODY: ReadonlySet<string> = new Set();

/** Serves the JSON documents that lead players on: asset lists and steering manifests. */
export class JsonDocuments {
  readonly #documents: Documents;
  readonly #rewriting: Rewriting;
  readonly #flights = new Flights<OriginDocument>();

  constructor(documents: Documents, rewriting: Rewriting) {
    this.#documents = documents;
    this.#rewriting = rewriting;
  }

  async answer(kind: 'asset-list' | 'steering', request: ProxyRequest, admission: Admission): Promise<Answer> {
    const { resource } = admission;
    const trace = traceContext(request.headers);
    const start = (signal: AbortSignal): Promise<OriginDocument> =>
      this.#documents.fetch({ resource, expected: 'json', wait: undefined, avoid: NOBODY, trace, signal });
    const { value: document, collapsed } = await this.#flights.join(resourceText(resource), start, request.signal);
    const { status, url, body } = document;
    if (status >= 500 || status === 429) throw failed(document);
    if (status !== 200 || body === undefined) return refusalAnswer(document, request, this.#rewriting.via);
    return present(
      {
        status: 200,
        contentType: 'application/json',
        bytes: Buffer.from(this.#rewritten(kind, body.toString(), url, admission)),
        outcome: 'BYPASS',
        cacheStatus: { fwd: 'bypass', fwdStatus: 200, collapsed },
      },
      request,
      this.#rewriting.via,
    );
  }

  #rewritten(kind: 'asset-list' | 'steering', text: string, baseUrl: URL, admission: Admission): string {
    const rewrite = kind === 'steering' ? rewriteSteering : rewriteAssetList;
    try {
      return rewrite(text, {
        baseUrl,
        map: (child) => uriThrough(this.#rewriting, admission, child, this.#rewriting.group.locate(child.uri)),
      });
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
      throw new Problem(
        502,
        'upstream-failed',
        `what came is no ${kind === 'steering' ? 'steering manifest' : 'asset list'}`,
        { cause: error },
      );
    }
  }
}
