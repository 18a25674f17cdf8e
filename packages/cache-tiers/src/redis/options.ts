import type { ConnectionOptions as TlsOptions } from 'node:tls';

/** Where Redis is and how to speak to it. */
export interface RedisConnectionOptions {
  /**
   * Nodes of a cluster, `host:port` (port 6379 if left out); any that answers tells of the rest. Servers that are no
   * cluster work too: the first in the list that answers is used.
   */
  readonly nodes?: readonly string[];
  /** Another set of the same kind, used while no node of the first one answers. */
  readonly fallbackNodes?: readonly string[];
  /** A single server, in place of `nodes`. @default '127.0.0.1' */
  readonly host?: string;
  /** @default 6379 */
  readonly port?: number;
  /** Database number; a cluster has only 0. @default 0 */
  readonly db?: number;
  readonly username?: string;
  readonly password?: string;
  /** TLS: `true`, or options of `tls.connect`. @default false */
  readonly tls?: boolean | TlsOptions;
  /** What all names in Redis begin with; without braces, which are the hash tags'. @default 'forebay:' */
  readonly keyPrefix?: string;
  /** Most connections to one node; they are opened as the ones there are get busy. @default 10 */
  readonly poolSize?: number;
  /** Connections kept open to each master. @default 2 */
  readonly minIdle?: number;
  /** For a connection to be ready for use, TLS and password included. ms @default 5000 */
  readonly connectTimeout?: number;
  /** Deadline of one read, a second try at a replica included. ms @default 100 */
  readonly readTimeout?: number;
  /** Deadline of one write. ms @default 500 */
  readonly writeTimeout?: number;
}

export interface ResolvedConnectionOptions {
  readonly nodes: readonly string[];
  readonly fallbackNodes: readonly string[];
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: TlsOptions | undefined;
  readonly keyPrefix: string;
  readonly poolSize: number;
  readonly minIdle: number;
  readonly connectTimeout: number;
  readonly readTimeout: number;
  readonly writeTimeout: number;
}

const address = (option: string, text: unknown): string => {
  const match = typeof text === 'string' ? /^(\[[\da-f:.]+\]|[^\s:/[\]]+)(?::(\d{1,5}))?$/i.exec(text) : null;
  const port = Number(match?.[2] ?? 6379);
  if (!match?.[1] || port < 1 || port > 65_535)
    throw new TypeError(`${option} must be host:port, not ${JSON.stringify(text)}`);
  return `${match[1].replaceAll(/[[\]]/g, '')}:${port}`;
};

/** @internal */
export const wholeNumber = (option: string, value: unknown, least: number, most: number): number => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most)
    throw new RangeError(`${option} must be a whole number from ${least} to ${most}, not ${String(value)}`);
  return value;
};

const LONGEST = 2 ** 31 - 1;

export const resolveConnectionOptions = (options: RedisConnectionOptions): ResolvedConnectionOptions => {
  if (options.nodes && options.host !== undefined)
    throw new TypeError(`nodes and host cannot both be given (host is ${JSON.stringify(options.host)})`);
  if (options.nodes?.length === 0) throw new RangeError('nodes must name at least one node, not []');
  const keyPrefix = options.keyPrefix ?? 'forebay:';
  if (/[{}]/.test(keyPrefix)) throw new RangeError(`keyPrefix must hold no braces, not ${JSON.stringify(keyPrefix)}`);
  const poolSize = wholeNumber('poolSize', options.poolSize ?? 10, 1, 1000);
  const port = wholeNumber('port', options.port ?? 6379, 1, 65_535);
  return {
    nodes: (options.nodes ?? [`${options.host ?? '127.0.0.1'}:${port}`]).map((node) =>
      address(options.nodes ? 'nodes' : 'host', node),
    ),
    fallbackNodes: (options.fallbackNodes ?? []).map((node) => address('fallbackNodes', node)),
    db: wholeNumber('db', options.db ?? 0, 0, 65_535),
    username: options.username,
    password: options.password,
    tls: options.tls === true ? {} : options.tls === false ? undefined : options.tls,
    keyPrefix,
    poolSize,
    minIdle: wholeNumber('minIdle', options.minIdle ?? Math.min(2, poolSize), 0, poolSize),
    connectTimeout: wholeNumber('connectTimeout', options.connectTimeout ?? 5000, 1, LONGEST),
    readTimeout: wholeNumber('readTimeout', options.readTimeout ?? 100, 1, LONGEST),
    writeTimeout: wholeNumber('writeTimeout', options.writeTimeout ?? 500, 1, LONGEST),
  };
};
