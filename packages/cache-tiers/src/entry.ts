/** What a cache keeps of an entry beside its bytes. Times are milliseconds since the epoch. */
export interface EntryHead<M = unknown> {
  /** The caller's own description of the bytes; must survive `JSON.stringify`. */
  readonly metadata: M;
  readonly storedAt: number;
  /** Until then the entry is given out without asking anyone. */
  readonly freshUntil: number;
  /** Until then it is given out at once while a refresh runs behind it (RFC 5861 section 3). */
  readonly staleWhileRevalidateUntil: number;
  /** Until then it is given out when a refresh fails (RFC 5861 section 4). The entry is garbage after the latest of the three. */
  readonly staleIfErrorUntil: number;
  /** How long, after it was put there, a tier may use its own copy, by the tier's name; a tier that is not named has no limit of its own. */
  readonly tierTtls?: Readonly<Record<string, number>>;
  readonly tags: readonly string[];
}

/** How long an entry lives, in milliseconds from now; absolute times are worked out when it is stored. */
export interface Lifetime {
  readonly ttl: number;
  /** @default the cache's own setting */
  readonly staleWhileRevalidate?: number;
  /** @default the cache's own setting */
  readonly staleIfError?: number;
  readonly tierTtls?: Readonly<Record<string, number>>;
}

/** An inclusive range of byte positions. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes that are there, on their way from a tier, or still arriving from a loader. */
export interface Body {
  /** Bytes in all; `undefined` while a body of unannounced length is arriving. */
  readonly size: number | undefined;
  /** The whole body, where it is in memory already. Never to be written to. */
  readonly bytes: Uint8Array | undefined;
  /** A reader at its own position; every reader must be read to the end or cancelled. */
  reader(range?: ByteRange): BodyReader;
}

/** Pull without promises where there is something to pull; also an async iterable. Chunks must not be written to. */
export interface BodyReader extends AsyncIterable<Uint8Array> {
  /** The next chunk; `null`: nothing now, `onReadable` will be called; `undefined`: the end. Throws what broke the body. */
  read(): Uint8Array | null | undefined;
  /** Called (once for each `null`) when `read()` has something to say again. */
  onReadable: (() => void) | undefined;
  /** Leaves; idempotent. The last reader to leave a body that is still loading aborts the load. */
  cancel(): void;
}

/** Where a loader pushes bytes to. */
export interface BodySink {
  /** Takes the chunk over. False asks the source to pause until `onDrain` is called; what comes nevertheless is still taken. */
  write(chunk: Uint8Array): boolean;
  onDrain: (() => void) | undefined;
  end(): void;
  fail(error: unknown): void;
}

/** A source that pushes, for callers who have no stream object to give: `start` is called once. */
export interface PushSource {
  start(sink: BodySink): void;
}
