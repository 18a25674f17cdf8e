import type { TrafficBatch, UserTraffic } from './store.js';

interface Total {
  bytes: number;
  lastSeenAt: number;
}

/** What has not been reported, as it survives a restart. */
export interface UnsentTraffic {
  readonly batch: TrafficBatch | undefined;
  readonly users: readonly (readonly [uid: string, bytes: number])[];
  readonly unattributedBytes: number;
}

/** Viewers without a uid are kept under the empty one, which no user can have. */
const NOBODY = '';

/** Bytes by user: in all, and those that have yet to be reported. */
export class MemoryTraffic {
  readonly #totals = new Map<string, Total>();
  readonly #pending = new Map<string, number>();
  readonly #mostTotals: number;
  readonly #mostPending: number;
  #unattributed = 0;
  #batch: TrafficBatch | undefined;

  constructor({ mostTotals, mostPending }: { readonly mostTotals: number; readonly mostPending: number }) {
    this.#mostTotals = mostTotals;
    this.#mostPending = mostPending;
  }

  get size(): number {
    return this.#totals.size + this.#pending.size;
  }

  add(uid: string | undefined, bytes: number, now: number): void {
    if (bytes === 0) return;
    const name = uid ?? NOBODY;
    const total = this.#totals.get(name) ?? { bytes: 0, lastSeenAt: now };
    total.bytes += bytes;
    total.lastSeenAt = now;
    // The one seen longest ago is first, and the first to be forgotten.
    this.#totals.delete(name);
    this.#totals.set(name, total);
    if (this.#totals.size > this.#mostTotals) this.#totals.delete(this.#totals.keys().next().value ?? NOBODY);
    this.#owe(name, bytes);
  }

  totals(uid: string | undefined, limit: number): UserTraffic[] {
    const named = [...this.#totals].map(([name, total]) => ({ uid: name === NOBODY ? undefined : name, ...total }));
    const wanted = uid === undefined ? named : named.filter((user) => user.uid === uid);
    return wanted.toSorted((a, b) => b.bytes - a.bytes).slice(0, limit);
  }

  take(id: string, now: number): TrafficBatch | undefined {
    if (this.#batch !== undefined) return this.#batch;
    if (this.#pending.size === 0 && this.#unattributed === 0) return undefined;
    this.#batch = {
      id,
      takenAt: now,
      users: [...this.#pending].map(([name, bytes]) => ({ uid: name === NOBODY ? undefined : name, bytes })),
      unattributedBytes: this.#unattributed,
    };
    this.#pending.clear();
    this.#unattributed = 0;
    return this.#batch;
  }

  settle(id: string): void {
    if (this.#batch?.id === id) this.#batch = undefined;
  }

  unsent(): UnsentTraffic {
    return { batch: this.#batch, users: [...this.#pending], unattributedBytes: this.#unattributed };
  }

  restore({ batch, users, unattributedBytes }: UnsentTraffic): void {
    this.#batch ??= batch;
    for (const [uid, bytes] of users) this.#owe(uid, bytes);
    this.#unattributed += unattributedBytes;
  }

  /** Once there are too many users to keep apart, the bytes of one more are kept without their name. */
  #owe(name: string, bytes: number): void {
    const owed = this.#pending.get(name);
    if (owed === undefined && this.#pending.size >= this.#mostPending) this.#unattributed += bytes;
    else this.#pending.set(name, (owed ?? 0) + bytes);
  }
}
