import type { Answer } from './answer.js';

/**
 * A problem that is kept in the cache says nothing of who asked: each answer made of it gets the id of its own request
 * and no validator, as its bytes are no other answer's.
 */
export async function withRequestId(answer: Answer, requestId: string): Promise<Answer> {
  const { etag: _, 'last-modified': __, 'content-length': ___, ...headers } = answer.headers;
  if (answer.status < 400 || headers['content-type'] !== 'application/problem+json') return answer;
  if (answer.body === undefined) return { ...answer, headers };
  const chunks: Uint8Array[] = [];
  if (answer.body instanceof Uint8Array) chunks.push(answer.body);
  else for await (const chunk of answer.body) chunks.push(Uint8Array.from(chunk));
  // It is an object in JSON, made here.
  const text = Buffer.concat(chunks)
    .toString()
    .replace(/\}$/, `,"request_id":${JSON.stringify(requestId)}}`);
  const body = Buffer.from(text);
  return { ...answer, headers: { ...headers, 'content-length': String(body.length) }, body };
}
