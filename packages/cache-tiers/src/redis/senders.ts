/** Senders remembered; the one heard least recently is forgotten first. */
const REMEMBERED = 10_000;

export type Heard =
  | { readonly kind: 'next' }
  | { readonly kind: 'repeated' }
  /** Messages are missing; the last one in order came at `since`. */
  | { readonly kind: 'hole'; readonly since: number };

/** Keeps count of what each sender has sent, to notice what did not arrive. */
export class Senders {
  readonly #known = new Map<string, { readonly number: number; readonly at: number }>();

  heard(sender: string, number: number, at: number): Heard {
    const last = this.#known.get(sender);
    if (last && number <= last.number) return { kind: 'repeated' };
    this.#known.delete(sender);
    this.#known.set(sender, { number, at });
    if (this.#known.size > REMEMBERED)
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    return last && number > last.number + 1 ? { kind: 'hole', since: last.at } : { kind: 'next' };
  }
}
