/** What a look-up asked for, and a way to answer it. */
export interface LookupCall {
  readonly url: string;
  readonly keys: readonly string[];
  readonly headers: Headers;
  readonly signal: AbortSignal | null | undefined;
}

export interface AnsweringFetch {
  readonly fetch: typeof globalThis.fetch;
  readonly calls: readonly LookupCall[];
}

/** A `fetch` that answers look-ups by `answer`: a body for 200, a number for another status. */
export function answeringFetch(
  answer: (call: LookupCall) => unknown,
  headers: Record<string, string> = {},
): AnsweringFetch {
  const calls: LookupCall[] = [];
  return {
    calls,
    fetch: async (input, init) => {
      const body = JSON.parse(init?.body as string) as { image_keys: string[] };
      const call = {
        url: input as string,
        keys: body.image_keys,
        headers: new Headers(init?.headers),
        signal: init?.signal,
      };
      calls.push(call);
      const result = await answer(call);
      return typeof result === 'number' ? new Response('', { status: result }) : Response.json(result, { headers });
    },
  };
}

/** An answer that has a URL for every key, for an hour from `now`. */
export function urlsFor(keys: readonly string[], now: number, ttl = 3_600_000): unknown {
  const expires_at = new Date(now + ttl).toISOString();
  return {
    urls: Object.fromEntries(keys.map((key) => [key, { url: `https://store.test/${key}?signed`, expires_at }])),
    errors: {},
  };
}
