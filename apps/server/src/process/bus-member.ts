import { messageOf } from '../errors.js';
import type { Logger } from '../log/logger.js';
import type { AskOptions, Bus, Handler, ProcessName, Reply, Topic } from './messages.js';
import type { BusMessage } from './wire.js';

/** The hub answers in time or is gone; this is how much longer an asker waits for it. Milliseconds. */
const grace = 500;

/** One process' end of the bus. */
export interface BusMember {
  readonly bus: Bus;
  /** What the hub sent. */
  receive(message: BusMessage): void;
}

type AnyHandler = Handler<unknown, unknown>;

/** @param post sends to the hub */
export const createBusMember = (name: ProcessName, post: (message: BusMessage) => void, logger: Logger): BusMember => {
  const handlers = new Map<string, AnyHandler[]>();
  const asked = new Map<number, (replies: readonly Reply<unknown>[]) => void>();
  let lastId = 0;

  /** Undefined if the topic is not handled here. */
  const handle = async (topic: string, payload: unknown, from: ProcessName): Promise<Reply<unknown> | undefined> => {
    const handler = handlers.get(topic)?.at(-1);
    if (handler === undefined) return undefined;
    try {
      return { from: name, ok: true, value: await handler(payload, from) };
    } catch (error) {
      logger.warn({ event: 'message_failed', topic, from, err: error }, 'a message could not be handled');
      return { from: name, ok: false, error: messageOf(error) };
    }
  };

  const answer = async ({ id, topic, payload, from }: Extract<BusMessage, { kind: 'question' }>): Promise<void> => {
    post({ kind: 'answer', id, reply: await handle(topic, payload, from) });
  };

  const bus: Bus = {
    name,
    broadcast: ({ name: topic }, payload, to = 'all') => {
      post({ kind: 'tell', topic, payload, from: name, to });
    },
    ask: <Payload, Answer>(
      { name: topic }: Topic<Payload, Answer>,
      payload: Payload,
      { to = 'all', timeout = 2000 }: AskOptions = {},
    ) =>
      new Promise<readonly Reply<Answer>[]>((resolve) => {
        lastId += 1;
        const id = lastId;
        const finish = (replies: readonly Reply<unknown>[]): void => {
          clearTimeout(timer);
          asked.delete(id);
          // What comes back is what the handlers of this topic gave, whose type the topic carries.
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion
          resolve(replies as readonly Reply<Answer>[]);
        };
        const timer = setTimeout(finish, timeout + grace, []);
        timer.unref();
        asked.set(id, finish);
        post({ kind: 'ask', id, topic, payload, to, timeout });
      }),
    handle: ({ name: topic }, handler) => {
      const stack = handlers.get(topic) ?? [];
      handlers.set(topic, stack);
      // A topic's name stands for its types: it is only ever sent with what its handlers take.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const own = handler as AnyHandler;
      stack.push(own);
      return () => {
        const index = stack.lastIndexOf(own);
        if (index >= 0) stack.splice(index, 1);
      };
    },
  };

  return {
    bus,
    receive: (message) => {
      switch (message.kind) {
        case 'tell':
          void handle(message.topic, message.payload, message.from);
          break;
        case 'question':
          void answer(message);
          break;
        case 'replies':
          asked.get(message.id)?.(message.replies);
          break;
        case 'ask':
        case 'answer':
          break;
      }
    },
  };
};

/** The same bus, whose handlers can be taken back all at once: for parts that a reload replaces. */
export const scopedBus = (bus: Bus): { readonly bus: Bus; close(): void } => {
  const taken: (() => void)[] = [];
  return {
    bus: {
      ...bus,
      handle: (topic, handler) => {
        const takeBack = bus.handle(topic, handler);
        taken.push(takeBack);
        return takeBack;
      },
    },
    close: () => {
      for (const takeBack of taken) takeBack();
    },
  };
};
