import { createHash } from 'node:crypto';
import { memoryBookStore, type BookStore } from '@forebay/image-proxy/signed-images';
import type { Config } from '../config/config.js';
import type { StoreConfig } from '../config/store-config.js';
import type { Bus } from '../process/messages.js';
import type { FleetView } from '../process/roles.js';
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
    return { book: bus === undefined ? memoryBookStore() : busBook(bus, nameOf(store)), close: async () => undefined };
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

/** By the server's life, the latest last: URLs stay the same over a reload, unless it brings another store. */
const kept = new WeakMap<FleetView, Map<string, BookStore>>();
/** That of the store before is for workers that leave. */
const MOST_BOOKS = 2;

/** Keeps the book in this process' memory, for all processes of the server; returns what ends it. */
export function keepBook(bus: Bus, fleet: FleetView, store: StoreConfig): () => void {
  const books = kept.get(fleet) ?? new Map<string, BookStore>();
  kept.set(fleet, books);
  const name = nameOf(store);
  const own = books.get(name) ?? memoryBookStore();
  books.delete(name);
  books.set(name, own);
  for (const old of [...books.keys()].slice(0, -MOST_BOOKS)) books.delete(old);
  return bus.handle(urlBook, async ({ book, method, args }) => {
    const asked = books.get(book);
    if (asked === undefined) throw new Error('there is no such book any more');
    return Reflect.apply(asked[method], asked, args);
  });
}

/** One of the primary's books, from any process. */
function busBook(bus: Bus, book: string): BookStore {
  const ask = async <Method extends keyof BookStore>(
    method: Method,
    args: Parameters<BookStore[Method]>,
  ): Promise<Awaited<ReturnType<BookStore[Method]>>> => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a method with its own arguments is one of the questions
    const [reply] = await bus.ask(urlBook, { book, method, args } as BookQuestion, { to: 'primary' });
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
