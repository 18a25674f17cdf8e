import { resolveConnectionOptions, type RedisConnectionOptions, type ResolvedConnectionOptions } from './options.js';
import { withDeadline } from './deadline.js';
import { briefError, type RedisTierError } from './errors.js';
import { createNames, type Names } from './names.js';
import type { Send } from './hedge.js';
import { NodeSet } from './node-set.js';

/**
 * `connecting`: nobody has answered yet; `connected`: the nodes that were asked for; `fallback`: they do not answer, the
 * fallback nodes do; `disconnected`: nobody does.
 */
export type RedisState = 'connected' | 'connecting' | 'fallback' | 'disconnected';

/** Where commands go: the set of nodes in use, switched when it stops answering and switched back when it answers again. */
export class RedisConnection {
  readonly options: ResolvedConnectionOptions;
  readonly names: Names;
  readonly main: NodeSet;
  #fallback: NodeSet | undefined;
  #state: RedisState = 'connecting';
  readonly #closing = new Set<() => void>();
  readonly #listeners = new Set<(state: RedisState) => void>();
  #closed = false;

  constructor(options: RedisConnectionOptions = {}) {
    this.options = resolveConnectionOptions(options);
    this.names = createNames(this.options.keyPrefix);
    this.main = new NodeSet(this.options.nodes, this.options, () => this.#update());
  }

  state(): RedisState {
    return this.#state;
  }

  /** `host:port` of every node known in the set in use. */
  get nodes(): readonly string[] {
    return this.set.addresses;
  }

  /** Why the nodes that were asked for cannot be reached, while they cannot. */
  get lastError(): RedisTierError | undefined {
    return this.main.lastError;
  }

  /** The set in use. */
  get set(): NodeSet {
    return this.#state === 'fallback' && this.#fallback ? this.#fallback : this.main;
  }

  /** Whether anyone answers, or may yet: at the start, operations wait (within their deadline) for the first look. */
  get usable(): boolean {
    return !this.#closed && this.#state !== 'disconnected';
  }

  /** Resolves when it is known who is there, or after the deadline of a write. */
  async settled(): Promise<void> {
    await withDeadline(this.set.settled(), this.options.writeTimeout, () => this.unavailable()).catch(() => undefined);
  }

  read<T>(name: string, send: Send<T>): Promise<T> {
    return this.usable ? this.set.read(name, send) : Promise.reject(this.unavailable());
  }

  write<T>(name: string, send: Send<T>, ms?: number): Promise<T> {
    return this.usable ? this.set.write(name, send, ms) : Promise.reject(this.unavailable());
  }

  unavailable(): Error {
    return this.#closed
      ? briefError('closed', 'the connection was closed')
      : briefError('unavailable', `no node of ${this.options.nodes.join(', ')} answers`, this.lastError);
  }

  onState(listener: (state: RedisState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends all connections; whoever uses this one has nothing any more. */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.main.close();
      this.#fallback?.close();
      this.#set('disconnected');
      for (const listener of this.#closing) listener();
    }
    return Promise.resolve();
  }

  onClose(listener: () => void): void {
    this.#closing.add(listener);
  }

  #update(): void {
    if (this.#closed) return;
    if (!this.main.looked) return;
    if (this.main.up) return this.#set('connected');
    if (this.options.fallbackNodes.length > 0)
      this.#fallback ??= new NodeSet(this.options.fallbackNodes, this.options, () => this.#update());
    if (this.#fallback?.up) return this.#set('fallback');
    this.#set(this.#fallback && !this.#fallback.looked ? 'connecting' : 'disconnected');
  }

  #set(state: RedisState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** Makes a connection that several parts may share; whoever made it closes it. */
export const redisConnection = (options: RedisConnectionOptions = {}): RedisConnection => new RedisConnection(options);
