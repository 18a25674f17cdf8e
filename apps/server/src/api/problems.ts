import { z } from 'zod';
import type { Endpoint } from './endpoint.js';

/** What every error answer holds (RFC 9457). */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly request_id: string;
}

export const problem: z.ZodType<ProblemDocument> = z
  .object({
    type: z.string().describe('urn:forebay:problem: and the code, for programs'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().describe('What was wrong, for people'),
    request_id: z.string().describe('As in the log'),
  })
  .meta({ id: 'Problem' });

/** The problems that follow from what an endpoint takes and who may ask for it. */
export function usualProblems({ access, body, params, query }: Endpoint): Record<number, string> {
  return {
    ...(body === undefined && params === undefined && query === undefined
      ? {}
      : { 400: 'A parameter or the body is wrong; detail names it' }),
    ...(access === 'anyone'
      ? {}
      : {
          401: 'The API key is missing or wrong',
          403: 'No API key is set, and the client is not on the loopback interface',
        }),
    ...(body === undefined ? {} : { 413: 'The body is too large' }),
  };
}
