import type {
  Access,
  AllowedViewer,
  Explanation,
  SessionRecord,
  Sessions,
  Transfer,
  TrafficReporterStatus,
  UserTraffic,
  ViewerRequest,
} from '@forebay/hls-proxy';
import { randomBytes } from 'node:crypto';
import { answers, type Bus } from '../process/messages.js';
import { hlsAllowListChanged, hlsReporting, hlsSessionEnded, hlsTransfers } from '../topics.js';

/** What the operator may ask of HLS, and do; right over all workers. */
export interface HlsDesk {
  /** Where HLS is mounted. */
  readonly mount: string;
  state(): 'connected' | 'lost';
  list(ask: {
    readonly uid: string | undefined;
    readonly limit: number;
    readonly offset: number;
  }): Promise<{ readonly sessions: readonly SessionRecord[]; readonly total: number }>;
  end(id: string): Promise<boolean>;
  transfers(): Promise<readonly Transfer[]>;
  traffic(ask: { readonly uid?: string | undefined; readonly limit: number }): Promise<{
    readonly users: readonly UserTraffic[];
    readonly reporting: TrafficReporterStatus | undefined;
  }>;
  /** Undefined when the list is full. `lifetime` in ms; undefined: until it is removed. */
  allow(
    entry: Pick<AllowedViewer, 'uid' | 'path' | 'address' | 'userAgent'> & { readonly lifetime: number | undefined },
  ): Promise<AllowedViewer | undefined>;
  disallow(id: string): Promise<boolean>;
  allowed(): Promise<readonly AllowedViewer[]>;
  explain(request: ViewerRequest): Promise<Explanation>;
  /** Hears no more of what other workers say. */
  close(): void;
}

export interface HlsDeskOptions {
  readonly bus: Bus;
  readonly sessions: Sessions;
  readonly access: Access;
  readonly mount: string;
  readonly transfers: () => readonly Transfer[];
}

export function openHlsDesk({ bus, sessions, access, mount, transfers }: HlsDeskOptions): HlsDesk {
  const { store, idle } = sessions;
  const ends = [
    bus.handle(hlsSessionEnded, (id) => sessions.heardEnd(id)),
    bus.handle(hlsAllowListChanged, async () => {
      await sessions.flush();
      return null;
    }),
    bus.handle(hlsTransfers, () => transfers()),
  ];
  /** Once this resolves, no worker of this node decides by what was. */
  const tellAll = (): Promise<unknown> => bus.ask(hlsAllowListChanged, null, { to: 'workers' });

  return {
    mount,
    state: () => sessions.state(),
    async list(ask) {
      // What workers know of is a second old at most; this worker's own is not.
      await sessions.flush();
      return store.list({ ...ask, now: Date.now(), idle });
    },
    async end(id) {
      const ended = await sessions.end(id);
      if (ended) bus.broadcast(hlsSessionEnded, id, 'others');
      return ended;
    },
    transfers: async () => answers(await bus.ask(hlsTransfers, null, { to: 'workers' })).flat(),
    async traffic({ uid, limit }) {
      const [reporting] = answers(await bus.ask(hlsReporting, null, { to: 'primary' }));
      return { users: await store.traffic({ uid, limit }), reporting };
    },
    async allow({ lifetime, ...viewer }) {
      const now = Date.now();
      const entry: AllowedViewer = {
        ...viewer,
        id: randomBytes(9).toString('base64url'),
        createdAt: now,
        expiresAt: lifetime === undefined ? undefined : now + lifetime,
      };
      if (!(await store.allow(entry))) return undefined;
      await tellAll();
      return entry;
    },
    async disallow(id) {
      const removed = await store.disallow({ id, now: Date.now() });
      if (removed) await tellAll();
      return removed;
    },
    allowed: () => store.allowed({ now: Date.now() }),
    explain: (request) => access.explain(request),
    close() {
      for (const end of ends) end();
    },
  };
}
