import type { IncomingMessage, ServerResponse } from 'node:http';
import { problemBody, problemHeaders, requestIdOf, type Problem } from '@forebay/reverse-proxy';

/** Answers a request with a problem, before any route or framework has seen it. */
export function refuse(incoming: IncomingMessage, response: ServerResponse, problem: Problem): void {
  const requestId = requestIdOf(incoming.headers['x-request-id']);
  response.writeHead(problem.status, { ...problemHeaders(problem), 'x-request-id': requestId });
  response.end(problemBody(problem, requestId));
}
