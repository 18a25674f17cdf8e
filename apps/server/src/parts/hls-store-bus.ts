import type { SessionStore } from '@forebay/hls-proxy';
import type { Bus } from '../process/messages.js';
import { hlsStore, type StoreQuestion } from '../topics.js';

type Operation = StoreQuestion['operation'];

/** Answers for a store in this process; returns what ends it. */
export function keepSessions(bus: Bus, store: SessionStore): () => void {
  return bus.handle(hlsStore, ({ operation, input }) => Reflect.apply(store[operation], store, [input]));
}

/** The primary's sessions, from any process. */
export function busSessionStore(bus: Bus): SessionStore {
  let lost = false;
  const ask =
    <Op extends Operation>(operation: Op) =>
    async (input: Parameters<SessionStore[Op]>[0]): Promise<Awaited<ReturnType<SessionStore[Op]>>> => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an operation with its own input is one of the questions
      const [reply] = await bus.ask(hlsStore, { operation, input } as StoreQuestion, { to: 'primary' });
      lost = reply?.ok !== true;
      if (reply?.ok !== true) throw new Error(`the primary did not answer: ${reply?.error ?? 'it keeps no sessions'}`);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the operation gave, as it was asked for
      return reply.value as Awaited<ReturnType<SessionStore[Op]>>;
    };
  return {
    state: () => (lost ? 'lost' : 'connected'),
    open: ask('open'),
    find: ask('find'),
    report: ask('report'),
    list: ask('list'),
    end: ask('end'),
    use: ask('use'),
    allow: ask('allow'),
    disallow: ask('disallow'),
    allowed: ask('allowed'),
    traffic: ask('traffic'),
    takeTraffic: ask('takeTraffic'),
    settleTraffic: ask('settleTraffic'),
    secret: ask('secret'),
    close: async () => undefined,
  };
}
