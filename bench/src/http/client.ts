import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly bytes: number;
}

export interface Fetching {
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
  /** Counts the body instead of keeping it. */
  readonly discard?: boolean;
  /** @default 20000 */
  readonly timeoutMs?: number;
}

/** One GET over node:http, whole or failed. */
export function get(url: string, fetching: Fetching = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(fetching.timeoutMs ?? 20_000);
    const call = request(
      url,
      { agent: fetching.agent ?? false, headers: { ...fetching.headers }, signal },
      (response) => {
        const parts: Buffer[] = [];
        let bytes = 0;
        response.on('data', (part: Buffer) => {
          bytes += part.length;
          if (fetching.discard !== true) parts.push(part);
        });
        response.on('error', reject);
        response.on('end', () => {
          if (!response.complete) reject(new Error(`${url} broke off after ${bytes} bytes`));
          else
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts), bytes });
        });
      },
    );
    call.on('error', reject);
    call.end();
  });
}

/** Runs a task for every item, so many at a time, until one fails or the signal comes. */
export async function forEach<T>(
  items: Iterable<T>,
  { atOnce, signal }: { readonly atOnce: number; readonly signal: AbortSignal },
  task: (item: T) => Promise<void>,
): Promise<void> {
  const source = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = source.next(); next.done !== true; next = source.next()) {
      signal.throwIfAborted();
      await task(next.value);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

export function keepAlive(sockets: number): Agent {
  return new Agent({ keepAlive: true, maxSockets: sockets });
}
