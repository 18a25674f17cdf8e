import type { Audience, ProcessName, Reply } from './messages.js';
import type { BusMessage } from './wire.js';

/** A member's place at the hub. */
interface HubPort {
  /** What the member posts. */
  receive(message: BusMessage): void;
  /** From now on the member is asked as well as told. */
  open(): void;
  readonly leave: () => void;
}

/** Passes messages on between the processes; it lives in the primary. */
export interface Hub {
  join(name: ProcessName, deliver: (message: BusMessage) => void): HubPort;
}

interface Member {
  readonly deliver: (message: BusMessage) => void;
  open: boolean;
}

/** A question under way. */
interface Collection {
  readonly waiting: Set<ProcessName>;
  readonly replies: Reply<unknown>[];
  finishIfDone(): void;
}

const audiences: Readonly<Record<Audience, (name: ProcessName, from: ProcessName) => boolean>> = {
  all: () => true,
  others: (name, from) => name !== from,
  workers: (name) => name !== 'primary',
  primary: (name) => name === 'primary',
};

export const createHub = (): Hub => {
  const members = new Map<ProcessName, Member>();
  const collections = new Map<number, Collection>();
  let lastId = 0;

  const audience = (to: Audience, from: ProcessName): [ProcessName, Member][] =>
    [...members].filter(([name]) => audiences[to](name, from));

  const collect = (asker: ProcessName, ask: Extract<BusMessage, { kind: 'ask' }>): void => {
    lastId += 1;
    const id = lastId;
    const asked = audience(ask.to, asker).filter(([, member]) => member.open);
    const finish = (): void => {
      clearTimeout(timer);
      collections.delete(id);
      members.get(asker)?.deliver({ kind: 'replies', id: ask.id, replies: collection.replies });
    };
    const collection: Collection = {
      waiting: new Set(asked.map(([name]) => name)),
      replies: [],
      finishIfDone: () => {
        if (collection.waiting.size === 0) finish();
      },
    };
    const timer = setTimeout(() => {
      for (const name of collection.waiting) {
        collection.replies.push({ from: name, ok: false, error: `no answer within ${ask.timeout} ms` });
      }
      finish();
    }, ask.timeout);
    timer.unref();
    collections.set(id, collection);
    for (const [, member] of asked) {
      member.deliver({ kind: 'question', id, topic: ask.topic, payload: ask.payload, from: asker });
    }
    collection.finishIfDone();
  };

  const receive = (from: ProcessName, message: BusMessage): void => {
    switch (message.kind) {
      case 'tell':
        for (const [, member] of audience(message.to, from)) member.deliver(message);
        break;
      case 'ask':
        collect(from, message);
        break;
      case 'answer': {
        const collection = collections.get(message.id);
        if (collection?.waiting.delete(from) !== true) break;
        if (message.reply !== undefined) collection.replies.push(message.reply);
        collection.finishIfDone();
        break;
      }
      case 'question':
      case 'replies':
        break;
    }
  };

  return {
    join: (name, deliver) => {
      const member: Member = { deliver, open: false };
      members.set(name, member);
      return {
        receive: (message) => {
          if (members.get(name) === member) receive(name, message);
        },
        open: () => {
          member.open = true;
        },
        leave: () => {
          members.delete(name);
          for (const collection of collections.values()) {
            if (!collection.waiting.delete(name)) continue;
            collection.replies.push({ from: name, ok: false, error: 'the process has ended' });
            collection.finishIfDone();
          }
        },
      };
    },
  };
};
