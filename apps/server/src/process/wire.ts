import type { Config, ConfigEntry } from '../config/index.js';
import type { Audience, ProcessName, Reply } from './messages.js';
import type { DrainReason, Listening, ProcessHealth, Shares } from './roles.js';

/** The bus between its members and the hub. */
export type BusMessage =
  | {
      readonly kind: 'tell';
      readonly topic: string;
      readonly payload: unknown;
      readonly from: ProcessName;
      readonly to: Audience;
    }
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly topic: string;
      readonly payload: unknown;
      readonly to: Audience;
      readonly timeout: number;
    }
  | {
      readonly kind: 'question';
      readonly id: number;
      readonly topic: string;
      readonly payload: unknown;
      readonly from: ProcessName;
    }
  /** Without a reply: the topic is not handled there. */
  | { readonly kind: 'answer'; readonly id: number; readonly reply: Reply<unknown> | undefined }
  | { readonly kind: 'replies'; readonly id: number; readonly replies: readonly Reply<unknown>[] };

/** Everything that a worker must know to start. */
export interface WorkerBoot {
  readonly name: ProcessName;
  readonly slot: number;
  readonly config: Config;
  readonly entries: readonly ConfigEntry[];
  readonly shares: Shares;
  /** Milliseconds between signs of life. */
  readonly heartbeat: number;
}

/** How a worker is to leave. Milliseconds. */
export interface DrainOrder {
  readonly reason: DrainReason;
  /** Before it stops accepting. */
  readonly delay: number;
  /** For kept-alive connections to make one more request and be told to close. */
  readonly linger: number;
  /** For requests in flight. */
  readonly timeout: number;
}

export type ToWorker =
  | ({ readonly type: 'start' } & WorkerBoot)
  | ({ readonly type: 'drain' } & DrainOrder)
  | { readonly type: 'bus'; readonly message: BusMessage };

export type ToPrimary =
  | { readonly type: 'hello' }
  | { readonly type: 'ready'; readonly listening: Listening }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'beat'; readonly health: ProcessHealth }
  | { readonly type: 'bus'; readonly message: BusMessage };
