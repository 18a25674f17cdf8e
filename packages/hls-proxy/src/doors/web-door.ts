import { fromRequest, type ProxyRequest, toProblem, toResponse } from '@forebay/reverse-proxy';
import { otherMethod, problemAnswer } from '../serve/refusals.js';
import { isStreamed, type Parts, report, segmentRequest, shownTarget } from './parts.js';

/** Serves web requests; never rejects. */
export async function answerWeb(parts: Parts, request: Request, address: string): Promise<Response> {
  const started = performance.now();
  const { options, reception, gate, desk, segments } = parts;
  const asked = fromRequest(request);
  const shown: ProxyRequest = { ...asked, target: shownTarget(asked.target) };
  let leave: (() => void) | undefined;
  const give = (answer: ReturnType<typeof problemAnswer>, error?: unknown): Response => {
    const bytes = answer.body instanceof Uint8Array ? answer.body.length : 0;
    report(options, shown, answer, { started, error, bytes });
    return toResponse(answer);
  };
  try {
    if (asked.method !== 'GET' && asked.method !== 'HEAD') return give(otherMethod(asked, options.via));
    const headers = Object.fromEntries(request.headers);
    const admission = await reception.admit({ target: asked.target, headers, remoteAddress: address });
    leave = gate.enter(admission);
    const answer = isStreamed(admission) ? undefined : await desk.answer(shown, admission);
    if (answer === undefined) {
      const response = await segments.fetch(request, segmentRequest(admission), leave);
      leave = undefined;
      return response;
    }
    if (answer.body instanceof Uint8Array) admission.session.addBytes(answer.body.length);
    return give(answer);
  } catch (error) {
    return give(problemAnswer(toProblem(error), asked, options.via), error);
  } finally {
    leave?.();
  }
}
