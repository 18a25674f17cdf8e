import type { IncomingHttpHeaders } from 'node:http';

export interface ObjectRules {
  /** Media types that may be passed on, such as `image/*`. */
  readonly contentTypes: readonly string[];
  /** Bytes at most. */
  readonly maxBodyBytes: number;
}

/** Why an object is not passed on, by the head of its answer; undefined if it may be. */
export type ObjectCheck = (headers: IncomingHttpHeaders) => string | undefined;

/**
 * Judges what somebody has put into the store. That is no failure of the store, whose circuit would open if the balancer
 * judged: whoever asked for a few objects that are no images would shut out all others.
 */
export function objectCheck({ contentTypes, maxBodyBytes }: ObjectRules): ObjectCheck {
  const allowed = contentTypes.map((type) => type.toLowerCase().split('*'));
  return (headers) => {
    const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    const fits = ([start = '', end]: readonly string[]): boolean =>
      end === undefined ? type === start : type.startsWith(start) && type.endsWith(end);
    if (!allowed.some(fits)) return `an object of the type ${JSON.stringify(type)} is not passed on`;
    const length = Number(headers['content-length'] ?? 0);
    return length > maxBodyBytes ? `an object of ${length} bytes is not passed on` : undefined;
  };
}
