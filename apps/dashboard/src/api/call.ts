export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** An answer that is none, as the server worded it (RFC 9457), or no answer at all: `status` is 0 then. */
export class CallError extends Error {
  readonly status: number;
  /** The last part of the problem's type, such as `no-hls`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'CallError';
    this.status = status;
    this.code = code;
  }
}

/** Milliseconds after which an answer is given up. */
const PATIENCE = 15_000;

/** Asks this server. @throws {CallError} */
export async function call<T>(method: Method, path: string, body?: unknown): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      signal: AbortSignal.timeout(PATIENCE),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  } catch (error) {
    throw new CallError(0, 'no-answer', String(error));
  }
  if (!answer.ok) throw await errorOf(answer);
  const text = await answer.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function errorOf(answer: Response): Promise<CallError> {
  const { status, statusText } = answer;
  try {
    const problem = (await answer.json()) as { type?: string; detail?: string; title?: string };
    const code = problem.type?.split(/[/:#]/).at(-1) ?? '';
    return new CallError(status, code, problem.detail ?? problem.title ?? statusText);
  } catch {
    return new CallError(status, '', `${status} ${statusText}`);
  }
}

/** A path with its parts encoded: what is asked about may have slashes in it. */
export const path = (parts: TemplateStringsArray, ...values: readonly (string | number)[]): string =>
  String.raw({ raw: parts }, ...values.map((value) => encodeURIComponent(value)));
