/** A typed emitter whose listeners cannot hurt the one who emits. */
export class Events<E> {
  readonly #listeners = new Map<keyof E, Set<(detail: never) => void>>();

  on<K extends keyof E>(event: K, listener: (detail: E[K]) => void): () => void {
    let set = this.#listeners.get(event);
    if (set === undefined) this.#listeners.set(event, (set = new Set()));
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  }

  /** Whether anybody listens: lets hot paths skip building a detail. */
  heard(event: keyof E): boolean {
    const set = this.#listeners.get(event);
    return set !== undefined && set.size > 0;
  }

  emit<K extends keyof E>(event: K, detail: E[K]): void {
    const set = this.#listeners.get(event);
    if (set === undefined) return;
    for (const listener of set as Set<(detail: E[K]) => void>) {
      try {
        listener(detail);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }
}
