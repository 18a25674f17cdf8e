import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, fromIncoming, type ProxyRequest, sendAnswer, toProblem } from '@forebay/reverse-proxy';
import type { Admission } from '../access/admission.js';
import { otherMethod, problemAnswer } from '../serve/refusals.js';
import { nextObject } from './next-object.js';
import { isStreamed, type Parts, report, segmentRequest, shownTarget } from './parts.js';

/** What the access said of a request, or threw. */
type Verdict = { readonly admission: Admission | Promise<Admission> } | { readonly error: unknown };

/** Serves `node:http`. */
export class NodeDoor {
  readonly #parts: Parts;
  // Of requests that the listener declined: asking twice would count them twice.
  readonly #verdicts = new WeakMap<IncomingMessage, Verdict>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  listener(incoming: IncomingMessage, response: ServerResponse): boolean {
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') return false;
    const verdict = this.#ask(incoming);
    if ('admission' in verdict && !(verdict.admission instanceof Promise) && isStreamed(verdict.admission)) {
      const { segments } = this.#parts;
      if (segments.listener(incoming, response, segmentRequest(verdict.admission))) {
        this.#lookAhead(incoming, verdict.admission);
        return true;
      }
    }
    this.#verdicts.set(incoming, verdict);
    return false;
  }

  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    let leave: (() => void) | undefined;
    try {
      if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
        const request = requestOf(incoming, response);
        await this.#send(request, response, otherMethod(request, this.#parts.options.via), { started });
        return;
      }
      const admission = await this.#admission(incoming);
      leave = this.#parts.gate.enter(admission);
      if (isStreamed(admission) || !(await this.#document(incoming, response, admission, started))) {
        const { segments } = this.#parts;
        const sent = segments.handle(incoming, response, segmentRequest(admission));
        this.#lookAhead(incoming, admission);
        await sent;
      }
    } catch (error) {
      const request = requestOf(incoming, response);
      const answer = problemAnswer(toProblem(error), request, this.#parts.options.via);
      await this.#send(request, response, answer, { started, error });
    } finally {
      leave?.();
    }
  }

  /** Whether it was a document, and has been answered. */
  async #document(
    incoming: IncomingMessage,
    response: ServerResponse,
    admission: Admission,
    started: number,
  ): Promise<boolean> {
    const request = requestOf(incoming, response);
    const { session } = admission;
    const stopListening = session.onEnd(() => response.destroy());
    try {
      const answer = await this.#parts.desk.answer(request, admission);
      if (answer === undefined) return false;
      session.addBytes(await this.#send(request, response, answer, { started }));
      return true;
    } finally {
      stopListening();
    }
  }

  #lookAhead({ url = '/', headers }: IncomingMessage, admission: Admission): void {
    const { prefetch, options } = this.#parts;
    if (prefetch.ready) prefetch.after(admission, nextObject(url, headers, options.mount));
  }

  async #send(
    request: ProxyRequest,
    response: ServerResponse,
    answer: Answer,
    how: { readonly started: number; readonly error?: unknown },
  ): Promise<number> {
    const { options } = this.#parts;
    const { bytes, error } = await sendAnswer(answer, response, options.sendTimeout);
    report(options, request, answer, { started: how.started, error: how.error ?? error, bytes });
    return bytes;
  }

  #ask(incoming: IncomingMessage): Verdict {
    const { url = '/', headers, socket } = incoming;
    try {
      const admission = this.#parts.reception.admit({ target: url, headers, remoteAddress: socket.remoteAddress });
      // Whoever declines a request need not come back for it.
      if (admission instanceof Promise) admission.catch(() => undefined);
      return { admission };
    } catch (error) {
      return { error };
    }
  }

  #admission(incoming: IncomingMessage): Admission | Promise<Admission> {
    const verdict = this.#verdicts.get(incoming) ?? this.#ask(incoming);
    this.#verdicts.delete(incoming);
    if ('error' in verdict) throw verdict.error;
    return verdict.admission;
  }
}

const requestOf = (incoming: IncomingMessage, response: ServerResponse): ProxyRequest =>
  fromIncoming(incoming, response, shownTarget(incoming.url ?? '/'));
