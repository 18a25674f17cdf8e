import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { getMimeType } from 'hono/utils/mime';

export type Coding = 'br' | 'gzip' | 'identity';

export interface CodedFile {
  readonly body: Buffer;
  readonly coding: Coding;
  /** Strong, so one of its own for each coding. */
  readonly etag: string;
}

export interface StaticFile {
  readonly type: string;
  readonly isPage: boolean;
  /** Its name has a hash of its content in it. */
  readonly immutable: boolean;
  in(coding: Coding): Promise<CodedFile>;
}

/** Compressed when first asked for, and then kept. */
export function staticFile(name: string, bytes: Buffer): StaticFile {
  const type = getMimeType(name) ?? 'application/octet-stream';
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  const whole: CodedFile = { body: bytes, coding: 'identity', etag: `"${hash}"` };
  const coded = new Map<Coding, Promise<CodedFile>>();
  return {
    type,
    isPage: name.endsWith('.html'),
    // What Vite puts into this folder.
    immutable: name.startsWith('assets/'),
    async in(coding) {
      if (coding === 'identity' || bytes.length < 1024 || !COMPRESSIBLE.test(type)) return whole;
      const kept = coded.get(coding);
      if (kept !== undefined) return kept;
      const made = compress[coding](bytes).then((body) => ({ body, coding, etag: `"${hash}-${coding}"` }));
      coded.set(coding, made);
      return made;
    },
  };
}

const COMPRESSIBLE = /^text\/|javascript|json|xml|wasm/;

const compress = {
  br: (bytes: Buffer): Promise<Buffer> =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
  gzip: (bytes: Buffer): Promise<Buffer> => promisify(gzip)(bytes),
};

/** The best coding that a client takes (RFC 9110, 12.5.3); a weight of zero is a refusal. */
export function acceptedCoding(header: string | null): Coding {
  const takes = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';').map((word) => word.trim()))
    .filter(([, weight]) => weight === undefined || Number(weight.replace('q=', '')) > 0)
    .map(([name]) => name);
  return takes.includes('br') ? 'br' : takes.includes('gzip') ? 'gzip' : 'identity';
}
