import { Agent, type Dispatcher } from 'undici';
import { Origin, poolOptions } from './origin.js';
import type { OriginOptions, Settings } from './options.js';

/** The origins by name, and the connections to where their redirects lead. */
export class Origins {
  readonly #settings: Settings;
  readonly #byName = new Map<string, Origin>();
  #outside: Agent | undefined;
  #limited = false;

  constructor(given: readonly (string | OriginOptions)[], settings: Settings) {
    this.#settings = settings;
    for (const options of given) this.add(options);
  }

  /** @throws RangeError if the name is taken */
  add(options: string | OriginOptions): Origin {
    const origin = new Origin(options, this.#settings);
    if (this.#byName.has(origin.name)) throw new RangeError(`origins must have unique names: ${origin.name} is taken`);
    this.#byName.set(origin.name, origin);
    this.#limited ||= origin.bucket !== undefined;
    return origin;
  }

  remove(name: string): Origin | undefined {
    const origin = this.#byName.get(name);
    this.#byName.delete(name);
    return origin;
  }

  get(name: string): Origin | undefined {
    return this.#byName.get(name);
  }

  values(): IterableIterator<Origin> {
    return this.#byName.values();
  }

  /** Names of origins whose rate limit leaves no room right now, with those given. */
  without(tried: ReadonlySet<string> | undefined): ReadonlySet<string> | undefined {
    if (!this.#limited) return tried;
    const full = [...this.#byName.values()].filter(({ bucket }) => bucket?.ready === false);
    return full.length === 0 ? tried : new Set([...(tried ?? []), ...full.map(({ name }) => name)]);
  }

  /** All names except one. */
  allBut(name: string): ReadonlySet<string> {
    const names = new Set(this.#byName.keys());
    names.delete(name);
    return names;
  }

  /** Where a redirect's target is fetched: a named origin's connections, or those of everyone else. */
  poolFor(url: URL): Dispatcher {
    for (const origin of this.#byName.values()) if (origin.url.origin === url.origin) return origin.pool;
    this.#outside ??= new Agent(poolOptions(this.#settings, this.#settings.http2));
    return this.#outside;
  }

  async close(): Promise<void> {
    await Promise.all(this.#all().map((pool) => pool.close()));
  }

  async destroy(reason: Error | null): Promise<void> {
    await Promise.all(this.#all().map((pool) => pool.destroy(reason)));
  }

  #all(): Dispatcher[] {
    const pools = [...this.#byName.values()].map(({ pool }) => pool);
    return this.#outside === undefined ? pools : [...pools, this.#outside];
  }
}
