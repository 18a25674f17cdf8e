import { createHash } from 'node:crypto';
import { memoryBookStore, type BookStore } from '@forebay/image-proxy/signed-images';
import type { Config } from '../config/config.js';
import type { StoreConfig } from '../config/store-config.js';
import type { Bus } from '../process/messages.js';
import { urlBook, type BookQuestion } from '../topics.js';
import { connectionOptions } from './shared-tiers.js';

/** The book of signed URLs that all processes share, and with Redis all nodes. */
export interface OpenedBook {
  readonly book: BookStore;
  close(): Promise<void>;
}

/** Opens the book from any process: in Redis, or in the primary's memory; a process that knows neither has its own. */
export async function openBook({ redis, store }: Config, bus: Bus | undefined): Promise<OpenedBook> {
  if (redis === undefined)
    return { book: bus === undefined ? memoryBookStore() : busBook(bus), close: async () => undefined };
  const [{ redisConnection }, { redisBookStore }] = await Promise.all([
    import('@forebay/cache-tiers/redis'),
    import('@forebay/image-proxy/signed-images/redis'),
  ]);
  const connection = redisConnection({ ...connectionOptions(redis), poolSize: 2, minIdle: 1 });
  return { book: redisBookStore({ connection, name: nameOf(store) }), close: () => connection.close() };
}

/** One name for each bucket and account: what was signed for another must not be given out. */
function nameOf({ accessKeyId, bucket, endpoint, pathStyle, provider, region }: StoreConfig): string {
  const identity = JSON.stringify([provider, endpoint, pathStyle, region, bucket, accessKeyId]);
  return createHash('sha256').update(identity).digest('base64url').slice(0, 16);
}

/** Keeps the book in this process' memory, for all processes of the server; returns what ends it. */
export function keepBook(bus: Bus): () => void {
  const store = memoryBookStore();
  return bus.handle(urlBook, ({ method, args }) => Reflect.apply(store[method], store, args));
}

/** The primary's book, from any process. */
export function busBook(bus: Bus): BookStore {
  const ask = async <Method extends keyof BookStore>(
    method: Method,
    args: Parameters<BookStore[Method]>,
  ): Promise<Awaited<ReturnType<BookStore[Method]>>> => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a method with its own arguments is one of the questions
    const [reply] = await bus.ask(urlBook, { method, args } as BookQuestion, { to: 'primary' });
    if (reply?.ok !== true) throw new Error(`the primary's book did not answer: ${reply?.error ?? 'nobody keeps it'}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the method gave, as it was called
    return reply.value as Awaited<ReturnType<BookStore[Method]>>;
  };
  return {
    read: (...args) => ask('read', args),
    offer: (...args) => ask('offer', args),
    replace: (...args) => ask('replace', args),
    claim: (...args) => ask('claim', args),
    claimDue: (...args) => ask('claimDue', args),
    cleanUp: (...args) => ask('cleanUp', args),
  };
}
