import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { HealthError } from '../errors.js';
import type { Probe, Target } from '../options.js';
import type { ProbeResult } from '../outcome.js';
import { parseAgentAnswer } from './agent-answer.js';

/** A target that an HTTP probe can look at. */
export interface HttpTarget extends Target {
  /** Origin, with or without a base path. */
  readonly url: string | URL;
}

export interface HttpProbeOptions {
  /** Path and query to ask for, below the target's URL. @default that URL itself */
  readonly path?: string | undefined;
  /** @default 'GET' */
  readonly method?: 'GET' | 'HEAD' | 'OPTIONS' | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Statuses that are healthy. Redirects are never followed. @default 200…399 */
  readonly status?: readonly number[] | ((status: number) => boolean) | undefined;
  /** Headers that the answer must carry, by name: a value, a pattern, or `true` for any value. @default none */
  readonly expectHeaders?: Readonly<Record<string, string | RegExp | true>> | undefined;
  /** What the body must contain or match. Without it, and without `agent`, no body is read. @default none */
  readonly expectBody?: string | RegExp | undefined;
  /** Bytes of the body that are read at most. @default 65536 */
  readonly maxBodyBytes?: number | undefined;
  /** Where the target may say `drain`, `maint` or `75%`: `body`, or the name of a header. @default nowhere */
  readonly agent?: string | undefined;
  /** TLS options of the probe's connections (own CA, server name). */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'> | undefined;
}

const probeUrl = (base: string | URL, path: string | undefined): URL => {
  const url = new URL(base);
  if (path === undefined) return url;
  // Set as a path, not resolved as a reference: `//other.host/` stays on this origin.
  const [pathname = '', ...query] = path.split('?');
  url.pathname = url.pathname.replace(/\/$/, '') + (pathname.startsWith('/') ? pathname : `/${pathname}`);
  url.search = query.length === 0 ? '' : `?${query.join('?')}`;
  return url;
};

const readBody = async (response: IncomingMessage, limit: number): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit).toString();
};

const matches = (value: string, expected: string | RegExp | true): boolean => {
  if (expected === true) return true;
  return typeof expected === 'string' ? value === expected : new RegExp(expected).test(value);
};

const unhealthy = (message: string): HealthError => new HealthError('FOREBAY_PROBE_FAILED', message);

/** Asks over HTTP, on a connection of its own that it closes, and judges status, headers and body. */
export const httpProbe = <T extends HttpTarget>(options: HttpProbeOptions = {}): Probe<T> => {
  const { status = (code: number) => code >= 200 && code < 400, maxBodyBytes = 65_536, agent, expectBody } = options;
  const statusFits = typeof status === 'function' ? status : (code: number): boolean => status.includes(code);

  const judge = async (response: IncomingMessage): Promise<ProbeResult> => {
    const code = response.statusCode ?? 0;
    if (!statusFits(code)) throw unhealthy(`Answered ${code}`);
    for (const [name, expected] of Object.entries(options.expectHeaders ?? {})) {
      const value = response.headers[name.toLowerCase()];
      if (value === undefined || !matches(String(value), expected))
        throw unhealthy(`Header ${name} is ${String(value)}`);
    }
    const body = expectBody === undefined && agent !== 'body' ? '' : await readBody(response, maxBodyBytes);
    if (typeof expectBody === 'string' ? !body.includes(expectBody) : expectBody && !matches(body, expectBody)) {
      throw unhealthy('The body is not as expected');
    }
    if (agent === undefined) return true;
    return parseAgentAnswer(agent === 'body' ? body : String(response.headers[agent.toLowerCase()] ?? ''));
  };

  return async (target, { signal }) => {
    const url = probeUrl(target.url, options.path);
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const settings: RequestOptions = {
      method: options.method ?? 'GET',
      headers: options.headers ?? {},
      agent: false,
      signal,
    };
    const request = send(url, { ...settings, ...options.tls });
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request.on('response', resolve).on('error', reject).end();
      });
      return await judge(response);
    } finally {
      request.destroy();
    }
  };
};
