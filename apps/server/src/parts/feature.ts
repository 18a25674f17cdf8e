import type { AllowList } from '@forebay/guard';
import type { TieredCache } from '@forebay/cache-tiers';
import type { ReverseProxyObserver, StoredMeta } from '@forebay/reverse-proxy';
import type { Endpoint } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import type { Sessions } from '../middleware/sessions.js';
import type { NodeContext } from '../process/roles.js';
import type { Mounted } from './proxies.js';

/** A part of a worker beside the configured routes: what it serves, and what it adds to the management interface. */
export interface Feature {
  readonly mounted?: Mounted;
  /** Describes what is mounted, for `/openapi.json`. */
  readonly proxied?: readonly Endpoint[];
  /** Adds endpoints; called once for each port that has the management interface. */
  readonly routes?: (app: ManagementApp) => void;
  /** Adds endpoints that are anyone's, to the port that has no management interface; `routes` adds them, too. */
  readonly openRoutes?: (app: ManagementApp) => void;
  /** How much is streamed, for metrics and the dashboard. */
  readonly streaming?: {
    /** Over all workers, and nodes. */
    sessions(): Promise<number>;
    /** By this worker. */
    transfers(): number;
  };
  close(): Promise<void>;
}

export interface FeatureContext extends NodeContext {
  /** Undefined when nothing is to be cached. */
  readonly cache: TieredCache<StoredMeta> | undefined;
  /** Counts and logs what a route answers, under its name. */
  readonly observer: (route: string) => ReverseProxyObserver;
  /** Sign-ins; undefined without an API key. */
  readonly sessions: Sessions | undefined;
  /** The proxies whose forwarding headers are believed. */
  readonly trusted: AllowList;
}
