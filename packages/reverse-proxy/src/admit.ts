import type { HeaderRecord } from '@forebay/cache-tiers/http';
import { signatureMatches } from './signatures.js';

/** What an upstream sent that the route does not allow; counts as a failure of that upstream. */
export class NotAdmitted extends Error {
  override readonly name = 'NotAdmitted';
  readonly code = 'FOREBAY_NOT_ADMITTED';
}

export interface AdmitOptions {
  /** Media types, `image/*` and `*` included; `undefined` for any. */
  readonly contentTypes: readonly string[] | undefined;
  /** Largest body, in bytes. */
  readonly maxBodyBytes: number;
}

/** The media type of a Content-Type field, in lower case and without parameters. */
export function mediaTypeOf(contentType: string | readonly string[] | undefined): string | undefined {
  const value = typeof contentType === 'string' ? contentType : contentType?.[0];
  const type = value?.split(';', 1)[0]?.trim().toLowerCase();
  return type === '' ? undefined : type;
}

/**
 * Judges a response by its head and its first bytes: the type must be one that the route lists, the bytes must look
 * like the type, and an announced length must be within the limit. Only 200 is judged: errors pass as what they are.
 */
export function createAdmission(
  options: AdmitOptions,
): (status: number, headers: HeaderRecord, first: Uint8Array | undefined) => NotAdmitted | undefined {
  const allowed = options.contentTypes?.map(pattern);
  return (status, headers, first) => {
    if (status !== 200) return undefined;
    const length = Number(headers['content-length'] ?? 0);
    if (length > options.maxBodyBytes)
      return new NotAdmitted(`the body has ${length} bytes; at most ${options.maxBodyBytes} are allowed`);
    const type = mediaTypeOf(headers['content-type']);
    if (allowed && !allowed.some((matches) => matches.test(type ?? '')))
      return new NotAdmitted(`the content type ${JSON.stringify(type ?? 'none')} is not one that this route allows`);
    // Compressed bytes do not show what they are.
    if (type === undefined || first === undefined || headers['content-encoding'] !== undefined) return undefined;
    if (!signatureMatches(type, first)) return new NotAdmitted(`the body does not begin like ${type}`);
    return undefined;
  };
}

function pattern(type: string): RegExp {
  const escaped = type
    .trim()
    .toLowerCase()
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*');
  return type.trim() === '*' || type.trim() === '*/*' ? /^/ : new RegExp(`^${escaped}$`);
}
