interface Item {
  readonly key: string;
  at: number;
  position: number;
}

/** Keys in the order of a time each: a binary heap that knows where its keys are, so that any can be moved or removed. */
export class DueIndex {
  readonly #heap: Item[] = [];
  readonly #items = new Map<string, Item>();

  get size(): number {
    return this.#heap.length;
  }

  /** The time of a key; undefined when it is not in the index. */
  at(key: string): number | undefined {
    return this.#items.get(key)?.at;
  }

  /** The key with the earliest time, if that is not after `now`. */
  first(now: number): string | undefined {
    const item = this.#heap[0];
    return item !== undefined && item.at <= now ? item.key : undefined;
  }

  set(key: string, at: number): void {
    let item = this.#items.get(key);
    if (item === undefined) {
      item = { key, at, position: this.#heap.length };
      this.#items.set(key, item);
      this.#heap.push(item);
    }
    item.at = at;
    this.#settle(item);
  }

  delete(key: string): void {
    const item = this.#items.get(key);
    if (item === undefined) return;
    this.#items.delete(key);
    const last = this.#heap.pop();
    if (last === undefined || last === item) return;
    this.#put(last, item.position);
    this.#settle(last);
  }

  #settle(item: Item): void {
    for (let parent = this.#heap[(item.position - 1) >> 1]; parent !== undefined && parent.at > item.at;) {
      this.#swap(item, parent);
      parent = this.#heap[(item.position - 1) >> 1];
    }
    for (let child = this.#earlierChild(item); child !== undefined && child.at < item.at;) {
      this.#swap(item, child);
      child = this.#earlierChild(item);
    }
  }

  #earlierChild({ position }: Item): Item | undefined {
    const left = this.#heap[2 * position + 1];
    const right = this.#heap[2 * position + 2];
    return left === undefined || right === undefined || left.at <= right.at ? left : right;
  }

  #swap(a: Item, b: Item): void {
    const { position } = a;
    this.#put(a, b.position);
    this.#put(b, position);
  }

  #put(item: Item, position: number): void {
    this.#heap[position] = item;
    item.position = position;
  }
}
