import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants, gunzip, gzip, inflate } from 'node:zlib';
import type { HeaderRecord } from '@forebay/cache-tiers/http';

/** What upstreams are told that they may send. */
export const ACCEPTED_CODINGS = 'gzip, br';

/** Shorter texts fit into a packet or two as they are. */
const WORTH_ENCODING_BYTES = 1400;

const decoders: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * A body without its content coding (RFC 9110 section 8.4).
 *
 * @throws {Error} when the coding is unknown, the body is no such thing, or more than `maxBytes` come of it.
 */
export async function decoded(body: Buffer, headers: HeaderRecord, maxBytes: number): Promise<Buffer> {
  const coding = String(headers['content-encoding'] ?? 'identity')
    .trim()
    .toLowerCase();
  if (coding === 'identity' || coding === '' || body.length === 0) return body;
  const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
  if (!decode) throw new Error(`the content coding ${JSON.stringify(coding)} is unknown`);
  return decode(body, { maxOutputLength: maxBytes });
}

/** The better of the codings that a client takes; undefined: as it is. */
function codingFor(accepted: string | readonly string[] | undefined): 'gzip' | 'br' | undefined {
  const listed = new Map<string, boolean>();
  for (const item of String(accepted ?? '').split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    listed.set(name, !parameters.some((parameter) => /^q\s*=\s*0(?:\.0*)?$/.test(parameter)));
  }
  const takes = (name: string): boolean => listed.get(name) ?? listed.get(`x-${name}`) ?? listed.get('*') ?? false;
  // Nobody waits for a playlist to be made smaller still: gzip is twice as quick as brotli at its quickest.
  if (takes('gzip')) return 'gzip';
  return takes('br') ? 'br' : undefined;
}

const compressGzip = promisify<Buffer, { level: number }, Buffer>(gzip);
const compressBrotli = promisify<Buffer, { params: Record<number, number> }, Buffer>(brotliCompress);

/** A text's bytes in a coding that the client takes, where that is worth it. */
export async function encoded(
  bytes: Buffer,
  accepted: string | readonly string[] | undefined,
): Promise<{ readonly bytes: Buffer; readonly coding: string | undefined }> {
  const coding = bytes.length < WORTH_ENCODING_BYTES ? undefined : codingFor(accepted);
  if (coding === 'gzip') return { bytes: await compressGzip(bytes, { level: 1 }), coding };
  if (coding === 'br')
    return { bytes: await compressBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }), coding };
  return { bytes, coding: undefined };
}
