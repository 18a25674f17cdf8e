/** A signed URL as it is kept. Times in ms since the epoch. */
export interface BookEntry {
  readonly key: string;
  readonly url: string;
  readonly signedAt: number;
  /** From when on it is to be replaced, if the key is in use. */
  readonly refreshAt: number;
  /** When the URL stops working. */
  readonly expiresAt: number;
}

/** Who claims gets what nobody else has claimed; until `until` nobody else does. */
export interface Claim {
  readonly now: number;
  readonly until: number;
}

export interface DueClaim extends Claim {
  /** Keys at most. */
  readonly limit: number;
  /** Keys that were not used since are idle: they leave the index instead. */
  readonly usedSince: number;
}

/**
 * Where signed URLs are kept for all who share them: processes, or nodes. Operations on one key are atomic. It may
 * reject (it is away, say): the book then goes on with what it has.
 */
export interface BookStore {
  /** What is kept of these keys, in their order, expired or not; what is found counts as used now. */
  read(keys: readonly string[], now: number): Promise<readonly (BookEntry | undefined)[]>;
  /** Keeps each entry whose key has none that still works; resolves to what is kept, in their order. All count as used now. */
  offer(entries: readonly BookEntry[], now: number): Promise<readonly BookEntry[]>;
  /** Keeps each entry in the place of what is there. A key that is new counts as used now. */
  replace(entries: readonly BookEntry[], now: number): Promise<void>;
  /** Claims the refresh of a key that is due, or in no index because it was idle. */
  claim(key: string, claim: Claim): Promise<boolean>;
  /** Claims the refresh of entries that are due. */
  claimDue(claim: DueClaim): Promise<readonly BookEntry[]>;
  /** Removes what has expired; resolves to how many entries. */
  cleanUp(now: number): Promise<number>;
}
