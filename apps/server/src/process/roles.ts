import type { RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from '../config/config.js';
import type { ConfigEntry } from '../config/entries.js';
import type { Logger } from '../log/logger.js';
import type { Bus, ProcessName } from './messages.js';

// What the application must bring: `app.ts` and `parts.ts` implement it, this folder runs it in processes.

/** One worker's part of what the configuration states for all workers together. */
export interface Shares {
  readonly workers: number;
  readonly memoryBytes: number;
  readonly memoryEntries: number;
  /** Upstream connections, in all and to one host. At least 1. */
  readonly connections: number;
  readonly connectionsPerHost: number;
}

export interface NodeContext {
  readonly config: Config;
  /** Every value in force with its source, secrets redacted: for `GET /config`. */
  readonly entries: readonly ConfigEntry[];
  readonly logger: Logger;
  readonly bus: Bus;
  readonly shares: Shares;
  readonly name: ProcessName;
  /** 0 to workers − 1; a replaced worker keeps its slot. */
  readonly slot: number;
}

/**
 * What serves, in each worker. The process layer owns the sockets and hands every request to the listeners, so that a
 * reload within one process can swap them without dropping one.
 */
export interface NodeApp {
  /** Requests on `PORT`. */
  readonly listener: RequestListener;
  /** Requests on `MANAGEMENT_PORT`; needed only when it is configured. */
  readonly managementListener?: RequestListener;
  /** Opens what must be open (caches, pools) before the first request. A rejection stops the start. */
  start(): Promise<void>;
  /**
   * Requests are served as before, but answers say `Connection: close` so that clients move on. With `stop`,
   * `/health/ready` answers 503 besides; with `reload` it does not, as others of the server take over.
   */
  setDraining(reason: DrainReason): void;
  /** What Node's parser refuses. Default: Node's own bare 400, 408 and 431. */
  readonly clientError?: (error: Error, socket: Duplex) => void;
  /**
   * No new request will come. Resolves once those in flight are done (their `close` was emitted) and everything is
   * closed. May be given up on after `SHUTDOWN_TIMEOUT`: the process then cuts the connections and ends. It is also
   * called when the start failed half-way.
   */
  stop(): Promise<void>;
}

export interface PrimaryContext {
  readonly config: Config;
  readonly entries: readonly ConfigEntry[];
  readonly logger: Logger;
  readonly bus: Bus;
  readonly fleet: FleetView;
}

export type DrainReason = 'stop' | 'reload';

/** What there is one of: probes, disk clean-up, sums over workers, embedded queues. */
export interface PrimaryDuties {
  /**
   * Before any worker starts; a rejection stops the start. Returns the configuration for the workers: the one of the
   * context, or with what could not be known before, such as the ports of sample upstreams.
   */
  start(): Promise<Config>;
  /** Every worker is ready: the place for the banner. Not called after a reload. */
  listening?(listening: Listening): void;
  /**
   * The server stops: called beside the draining of the nodes, with the same time for what runs here (`DRAIN_DELAY`, then
   * `SHUTDOWN_TIMEOUT`). Resolves to whether nothing was cut. Not called at a reload.
   */
  drain?(): Promise<boolean>;
  stop(): Promise<void>;
}

export interface Roles {
  createNode(context: NodeContext): Promise<NodeApp>;
  createPrimaryDuties(context: PrimaryContext): Promise<PrimaryDuties>;
}

/** Where the server answers. */
export interface Listening {
  readonly port: number;
  readonly managementPort: number | undefined;
}

export type WorkerState = 'starting' | 'ready' | 'draining' | 'hung' | 'restarting' | 'stopped';

/** For `GET /status`. */
export interface WorkerStatus {
  readonly name: ProcessName;
  readonly slot: number;
  readonly pid: number;
  readonly state: WorkerState;
  /** How many times the slot's worker died and was replaced. */
  readonly restarts: number;
  readonly startedAt: Date;
  /** Over the last heartbeat interval; undefined before the first. */
  readonly health: ProcessHealth | undefined;
}

/** Milliseconds and bytes. */
export interface ProcessHealth {
  readonly eventLoopDelayMean: number;
  readonly eventLoopDelayP99: number;
  readonly eventLoopDelayMax: number;
  readonly rss: number;
  readonly heapUsed: number;
}

export interface FleetView {
  workers(): readonly WorkerStatus[];
  /** When the server started. */
  readonly startedAt: Date;
}
