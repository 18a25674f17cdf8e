/**
 * What one process of the server says to another. A topic is a name with the types of what is sent and of what comes
 * back; both must survive the structured clone algorithm (plain data, `Map`, `Uint8Array`; no functions).
 */
export interface Topic<Payload, Answer = void> {
  readonly name: string;
  /** Carries the types only; never set. */
  readonly shape?: (payload: Payload) => Answer;
}

/** Names a topic once, for those who send and those who handle it. */
export const topic = <Payload, Answer = void>(name: string): Topic<Payload, Answer> => ({ name });

/** `primary`, or the slot of a worker with its generation, such as `worker-0.1`: unique for the server's life. */
export type ProcessName = 'primary' | `worker-${number}.${number}`;

/** Whom a message is for. `all` includes the sender. */
export type Audience = 'all' | 'others' | 'workers' | 'primary';

/** One process' answer to a question. */
export type Reply<Answer> =
  | { readonly from: ProcessName; readonly ok: true; readonly value: Answer }
  | { readonly from: ProcessName; readonly ok: false; readonly error: string };

export type Handler<Payload, Answer> = (payload: Payload, from: ProcessName) => Answer | Promise<Answer>;

export interface AskOptions {
  /** @default 'all' */
  readonly to?: Audience;
  /** Milliseconds until a process that has not answered counts as failed. @default 2000 */
  readonly timeout?: number;
}

/**
 * Messages between the primary and the workers, the same whether they are many processes or one. Order is kept
 * between any two processes. A process that died or hangs never makes a question fail or wait beyond its time-out: its
 * reply says so.
 */
export interface Bus {
  readonly name: ProcessName;
  /**
   * Tells without waiting, and reaches processes that are still starting, too. What a handler returns is dropped; if it
   * throws, that is logged where it happened.
   */
  broadcast<Payload>(topic: Topic<Payload, unknown>, payload: Payload, to?: Audience): void;
  /**
   * Asks and collects: one reply from each process of the audience that is ready and handles the topic, in no
   * particular order. Never rejects.
   */
  ask<Payload, Answer>(
    topic: Topic<Payload, Answer>,
    payload: Payload,
    options?: AskOptions,
  ): Promise<readonly Reply<Answer>[]>;
  /**
   * Handles a topic in this process, for broadcasts and questions alike. The last handler of a topic counts, so that
   * the parts made by a reload take over from the old ones. Returns what takes it back.
   */
  handle<Payload, Answer>(topic: Topic<Payload, Answer>, handler: Handler<Payload, Answer>): () => void;
}

/** The answers among replies; those that failed are left out. */
export const answers = <Answer>(replies: readonly Reply<Answer>[]): Answer[] =>
  replies.flatMap((reply) => (reply.ok ? [reply.value] : []));
