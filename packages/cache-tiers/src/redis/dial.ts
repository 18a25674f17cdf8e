import { Redis } from 'ioredis';
import { withDeadline } from './deadline.js';
import { briefError, presentable } from './errors.js';
import type { ResolvedConnectionOptions } from './options.js';

/** Host and port of an address whose host may be an IPv6 one. */
export const splitAddress = (address: string): { readonly host: string; readonly port: number } => {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
};

/** Ends a connection now; what waits on it is rejected. */
export const drop = (redis: Redis): void => {
  redis.disconnect();
  redis.stream?.destroy();
};

/**
 * One connection that is ready (authenticated, the server has loaded its data), or a rejection that says why not. It
 * never redials, queues or resends: all of that is decided above it.
 */
export const dial = async (
  address: string,
  options: ResolvedConnectionOptions,
  { name = 'forebay', signal }: { readonly name?: string; readonly signal?: AbortSignal } = {},
): Promise<Redis> => {
  const redis = new Redis({
    ...splitAddress(address),
    db: options.db,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    connectionName: name,
    connectTimeout: options.connectTimeout,
    keepAlive: 10_000,
    lazyConnect: true,
    // Lets a replica of a cluster answer reads while its master is away; elsewhere it changes nothing.
    readOnly: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    disconnectTimeout: 50,
  });
  let reason: Error | undefined;
  redis.on('error', (error: Error) => {
    reason ??= error;
  });
  const leave = (): void => drop(redis);
  signal?.addEventListener('abort', leave);
  try {
    await withDeadline(redis.connect(), options.connectTimeout, () =>
      briefError('timeout', `${address} was not ready within ${options.connectTimeout} ms`),
    );
    if (redis.status !== 'ready') throw reason ?? briefError('unavailable', `${address} closed the connection`);
    return redis;
  } catch (error) {
    drop(redis);
    throw presentable(reason ?? error);
  } finally {
    signal?.removeEventListener('abort', leave);
  }
};
