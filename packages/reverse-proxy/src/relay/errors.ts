/**
 * What can go wrong on a connection of the relay's. Where llhttp or undici have a name for it, it is theirs, since those
 * who judge failures of upstreams know them.
 */
export type RelayErrorCode =
  | 'HPE_INVALID_VERSION'
  | 'HPE_INVALID_STATUS'
  | 'HPE_INVALID_HEADER_TOKEN'
  | 'HPE_INVALID_CONTENT_LENGTH'
  | 'HPE_INVALID_TRANSFER_ENCODING'
  | 'HPE_INVALID_CHUNK_SIZE'
  | 'HPE_UNEXPECTED_RESPONSE'
  | 'UND_ERR_HEADERS_OVERFLOW'
  | 'UND_ERR_BODY_TIMEOUT'
  | 'UND_ERR_HEADERS_TIMEOUT'
  | 'UND_ERR_CONNECT_TIMEOUT'
  | 'UND_ERR_INVALID_ARG'
  | 'UND_ERR_SOCKET'
  | 'UND_ERR_CLOSED'
  | 'UND_ERR_DESTROYED';

/** A connection that failed, or an answer that is not HTTP. Made without a stack: it is control flow. */
export class RelayError extends Error {
  override readonly name = 'RelayError';
  readonly code: RelayErrorCode;

  constructor(code: RelayErrorCode, message: string) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
    this.code = code;
  }
}

export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
