import type { RedisConnection } from './connection.js';

/** Names remembered; beyond them the owner has to purge everything. */
const MOST = 100_000;
const AT_ONCE = 1000;

/** Names removed while the fallback nodes stood in: the main nodes may have them still. */
export class OwedRemovals {
  readonly #connection: RedisConnection;
  readonly #names = new Set<string>();
  /** Called when there are more than can be remembered. */
  onOverflow: (() => void) | undefined;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  get any(): boolean {
    return this.#names.size > 0;
  }

  /** Whether what the nodes in use have under a name is to be taken for gone. */
  covers(name: string): boolean {
    return this.#names.size > 0 && this.#connection.state() === 'connected' && this.#names.has(name);
  }

  /** Notes a removal if the main nodes do not hear of it now. */
  note(name: string): void {
    const { options } = this.#connection;
    if (options.fallbackNodes.length === 0 || this.#connection.state() === 'connected') return;
    if (this.#names.size < MOST) this.#names.add(name);
    else {
      this.#names.clear();
      this.onOverflow?.();
    }
  }

  /** Removes them from the main nodes, if those are back. */
  async pay(): Promise<void> {
    if (this.#connection.state() !== 'connected') return;
    await Promise.all(
      [...this.#names].slice(0, AT_ONCE).map(async (name) => {
        await this.#connection.main.write(name, (redis) => redis.unlink(name));
        this.#names.delete(name);
      }),
    );
  }
}
