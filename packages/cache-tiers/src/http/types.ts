/**
 * Header fields as undici's parsed headers and `node:http`'s `IncomingHttpHeaders` both have them: names in lower case,
 * a field sent on several lines either joined with commas or as an array.
 */
export type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Header fields made by this module: what one may hand to `writeHead`, undici or a store. */
export type Headers = Record<string, string | readonly string[]>;

/** A request's head. */
export interface RequestHead {
  /** In upper case, as HTTP methods are case-sensitive. */
  readonly method: string;
  /** Absolute (`https://host/path?query`) or origin form (`/path?query`); only `invalidates` looks at it. */
  readonly url: string;
  readonly headers: HeaderRecord;
}

/** A response's head. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: HeaderRecord;
}

/** A response's head beside the times that its age is reckoned from (RFC 9111, section 4.2.3). */
export interface TimedResponse extends ResponseHead {
  /** When the request that it answers was sent: milliseconds since the epoch. */
  readonly requestTime: number;
  /** When its head was received: milliseconds since the epoch. */
  readonly responseTime: number;
}

/** A stored response: the head as `storableHeaders` left it. */
export type StoredResponse = TimedResponse;

/**
 * How long a stored response is good for: milliseconds since the epoch, to be kept beside the bytes. They never
 * decrease in the order of the members.
 */
export interface Lifetimes {
  /** It is fresh before this moment. May lie in the past from the start: stored only to be validated. */
  readonly freshUntil: number;
  /** It may be served while it is refreshed in the background, before this moment. */
  readonly staleWhileRevalidateUntil: number;
  /** It may be served in place of an error, before this moment. */
  readonly staleIfErrorUntil: number;
}
