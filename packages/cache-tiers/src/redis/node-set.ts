import { withDeadline } from './deadline.js';
import { briefError, replyCode, type RedisTierError } from './errors.js';
import { hedge, type Send } from './hedge.js';
import { FAILURES_TO_OPEN, RedisNode } from './node.js';
import type { ResolvedConnectionOptions } from './options.js';
import { slotOf } from './slots.js';
import { askTopology, singleServer, type Topology } from './topology.js';

const REFRESH_INTERVAL = 1000;
const REFRESH_AT_MOST_EVERY = 100;
const MAX_REDIRECTIONS = 3;
/** Views that are older than ours are passed over this often before they are believed (the cluster was built anew). */
const OLDER_VIEWS_IGNORED = 5;

interface Route {
  readonly master: RedisNode;
  readonly replicas: readonly RedisNode[];
}

/** One set of servers, a cluster or a single one: who serves which slot, and commands sent there. */
export class NodeSet {
  readonly #seeds: readonly string[];
  readonly #options: ResolvedConnectionOptions;
  readonly #changed: () => void;
  readonly #nodes = new Map<string, RedisNode>();
  #topology: Topology | undefined;
  #routes: readonly Route[] = [];
  #older = 0;
  #waited = 0;
  #first: Promise<void>;
  #refreshing: Promise<void> | undefined;
  #refreshedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Whether the first look has come to an end, good or bad. */
  looked = false;

  constructor(seeds: readonly string[], options: ResolvedConnectionOptions, changed: () => void) {
    this.#seeds = seeds;
    this.#options = options;
    this.#changed = changed;
    this.#first = this.#refresh();
    this.#schedule();
  }

  /** Whether the set as a whole can be used. */
  get up(): boolean {
    return (this.#topology?.healthy ?? false) && this.#routes.some(({ master }) => master.state === 'up');
  }

  get addresses(): readonly string[] {
    return this.#topology?.shards.flatMap(({ master, replicas }) => [master, ...replicas]) ?? this.#seeds;
  }

  get lastError(): RedisTierError | undefined {
    for (const node of this.#nodes.values()) if (node.lastError && node.state !== 'up') return node.lastError;
    return undefined;
  }

  /** The masters in the order of their addresses. */
  get masters(): readonly RedisNode[] {
    return this.#routes.map(({ master }) => master).toSorted((a, b) => (a.address < b.address ? -1 : 1));
  }

  get nodes(): readonly RedisNode[] {
    return [...this.#nodes.values()];
  }

  /** Resolves when the first look at the set has come to an end, good or bad. */
  settled(): Promise<void> {
    return this.#first;
  }

  /** A read: at the master, which is the first to have what was written; at a replica when the master is down, fails, or keeps silent for half the time. */
  read<T>(name: string, send: Send<T>): Promise<T> {
    const route = this.#route(name);
    const { readTimeout } = this.#options;
    if (!route) return this.#whenSettled(readTimeout, (rest) => this.#attempt(name, send, rest));
    const end = performance.now() + readTimeout;
    const replica = route.replicas.find((node) => node.state === 'up');
    const answer = !replica
      ? route.master.run(send, readTimeout)
      : route.master.state === 'down'
        ? replica.run(send, readTimeout)
        : hedge(route.master, replica, send, readTimeout);
    return answer.catch((error: Error) => this.#redirect(error, send, end, 1));
  }

  /** A write, at the master only. */
  write<T>(name: string, send: Send<T>, ms: number = this.#options.writeTimeout): Promise<T> {
    return this.#route(name)
      ? this.#attempt(name, send, ms)
      : this.#whenSettled(ms, (rest) => this.#attempt(name, send, rest));
  }

  /** Whether a write for this name has somewhere to go right now. */
  canWrite(name: string): boolean {
    const master = this.#route(name)?.master;
    return !this.looked || (master !== undefined && master.state !== 'down');
  }

  /** Whether the node for this name kept silent when it was asked last. */
  doubts(name: string): boolean {
    return this.#route(name)?.master.doubtful ?? false;
  }

  /** Asks the set who serves what, soon. */
  refresh(): void {
    if (!this.#closed) void this.#refresh();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const node of this.#nodes.values()) node.close();
  }

  #route(name: string): Route | undefined {
    const topology = this.#topology;
    if (!topology) return undefined;
    return topology.cluster ? this.#routes[topology.slots[slotOf(name)] ?? -1] : this.#routes[0];
  }

  #attempt<T>(name: string, send: Send<T>, ms: number): Promise<T> {
    const route = this.#route(name);
    if (!route) return Promise.reject(briefError('unavailable', 'no node serves the slot', this.lastError));
    const end = performance.now() + ms;
    return route.master.run(send, ms).catch((error: Error) => this.#redirect(error, send, end, 1));
  }

  async #whenSettled<T>(ms: number, then: (rest: number) => Promise<T>): Promise<T> {
    const begun = performance.now();
    if (!this.looked)
      await withDeadline(this.#first, ms, () => {
        // Nobody waits for a silent set more often than for a silent node.
        this.#waited += 1;
        if (this.#waited >= FAILURES_TO_OPEN && !this.looked) {
          this.looked = true;
          this.#changed();
        }
        return briefError('timeout', `no node of ${this.#seeds.join(', ')} answered within ${ms} ms`);
      });
    return then(Math.max(1, ms - (performance.now() - begun)));
  }

  /** Follows `MOVED` and `ASK` (Redis Cluster specification, "Redirection and resharding"). */
  #redirect<T>(error: Error, send: Send<T>, end: number, hops: number): Promise<T> {
    const code = replyCode(error);
    if (code === undefined || code === 'CLUSTERDOWN') this.refresh();
    if ((code !== 'MOVED' && code !== 'ASK') || hops > MAX_REDIRECTIONS) return Promise.reject(error);
    const target = error.message.split(' ')[2] ?? '';
    if (code === 'MOVED') this.refresh();
    const node = this.#node(target);
    return node
      .run(
        code === 'MOVED'
          ? send
          : (redis) => {
              redis.asking().catch(() => undefined);
              return send(redis);
            },
        Math.max(1, end - performance.now()),
      )
      .catch((failure: Error) => this.#redirect(failure, send, end, hops + 1));
  }

  #node(address: string): RedisNode {
    let node = this.#nodes.get(address);
    if (!node) {
      node = new RedisNode(address, this.#options, () => {
        this.#changed();
        this.refresh();
      });
      this.#nodes.set(address, node);
    }
    return node;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      void this.#refresh().finally(() => {
        if (!this.#closed) this.#schedule();
      });
    }, REFRESH_INTERVAL);
    this.#timer.unref();
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#look().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #look(): Promise<void> {
    const wait = this.#refreshedAt + REFRESH_AT_MOST_EVERY - performance.now();
    if (this.looked && wait > 0) await new Promise<void>((resume) => void setTimeout(resume, wait).unref());
    this.#refreshedAt = performance.now();
    const found = await this.#find();
    if (this.#closed) return;
    if (found) this.#adopt(found);
    const first = !this.looked;
    this.looked = true;
    if (first) this.#changed();
  }

  /** The view of the first node that can tell; a view that says that all is well goes before one that does not. */
  async #find(): Promise<Topology | undefined> {
    const candidates = this.#candidates();
    if (!this.#topology) return Promise.any(candidates.map((node) => this.#ask(node))).catch(() => undefined);
    let second: Topology | undefined;
    for (const node of candidates) {
      const view = await this.#ask(node).catch(() => undefined);
      if (!view || this.#isOld(view)) continue;
      if (view.healthy) return view;
      second ??= view;
    }
    return second;
  }

  async #ask(node: RedisNode): Promise<Topology> {
    if (node.state === 'new') await node.tried();
    if (this.#topology?.cluster === false && node.state === 'up') return singleServer(node.address);
    return node.run((redis) => askTopology(redis, node.address), this.#options.writeTimeout);
  }

  /** Who to ask: of a cluster anyone who is up, in changing order; else the seeds in the order of the list. */
  #candidates(): RedisNode[] {
    const seeds = this.#seeds.map((seed) => this.#node(seed));
    if (!this.#topology?.cluster) return seeds;
    const up = this.nodes.filter((node) => node.state === 'up');
    const start = Math.floor(Math.random() * up.length);
    return [...up.slice(start), ...up.slice(0, start), ...seeds.filter((node) => node.state !== 'up')];
  }

  #isOld(view: Topology): boolean {
    if (view.cluster && view.shards.length === 0) return true;
    return this.#topology !== undefined && view.epoch < this.#topology.epoch && ++this.#older < OLDER_VIEWS_IGNORED;
  }

  #adopt(topology: Topology): void {
    this.#older = 0;
    this.#topology = topology;
    this.#routes = topology.shards.map(({ master, replicas }) => {
      const route = { master: this.#node(master), replicas: replicas.map((replica) => this.#node(replica)) };
      route.master.keep(this.#options.minIdle);
      for (const replica of route.replicas) replica.keep(1);
      return route;
    });
    const used = new Set(topology.shards.flatMap(({ master, replicas }) => [master, ...replicas]));
    for (const [address, node] of this.#nodes) {
      if (used.has(address) || this.#seeds.includes(address)) continue;
      node.close();
      this.#nodes.delete(address);
    }
    // Other masters may be up than before, without any node having changed.
    this.#changed();
  }
}
