import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { Problem } from '@forebay/reverse-proxy';

/** Room for the longest list of keys that may be purged at once, were they of the usual length. */
const MOST_BODY_BYTES = 4 * 1024 * 1024;

/** What a schema makes of input, or a 400 that names the field. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = issue?.path.join('.') ?? '';
  throw new Problem(400, 'bad-parameter', `${name === '' ? 'the body' : name}: ${issue?.message ?? 'not valid'}`);
}

/** @throws {Problem} 400 when the body is not JSON, 413 when it is larger than the server reads */
export async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BODY_BYTES)
      throw new Problem(413, 'body-too-large', `a body has at most ${MOST_BODY_BYTES} bytes here`, {
        headers: { connection: 'close' },
      });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new Problem(400, 'bad-body', 'the body is not JSON');
  }
}
