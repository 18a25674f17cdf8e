import type { z } from 'zod';
import { Problem } from '@forebay/reverse-proxy';

/** What a schema makes of input, or a 400 that names the field. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = issue?.path.join('.') ?? '';
  throw new Problem(400, 'bad-parameter', `${name === '' ? 'the body' : name}: ${issue?.message ?? 'not valid'}`);
}
