import { createCipheriv, createHash } from 'node:crypto';
import type { SampleMedia } from '../media.js';
import { transportVariants } from '../multivariant.js';
import { key, playlist, transportStream, type Stream } from '../stream.js';
import { segmentList } from './transport.js';

/** The key changes in the middle. */
const SEGMENTS_PER_KEY = 5;

/** MPEG transport stream under AES-128 (RFC 8216, 5.2): the first key comes with an IV, the second leaves it to the sequence. */
export function encrypted(media: SampleMedia): Stream {
  const renditions = new Map(media.transport.map((rendition) => [rendition.name, rendition]));
  return (path) => {
    if (path === 'main.m3u8') return transportVariants(media.transport);
    const number = /^(\d)\.key$/.exec(path)?.[1];
    if (number !== undefined) return key(keyBytes(Number(number)));
    const [, name = '', segment] = /^(\w+)(?:\.m3u8|\/(\d+)\.ts)$/.exec(path) ?? [];
    const rendition = renditions.get(name);
    if (rendition === undefined) return undefined;
    if (segment === undefined) return playlist(segmentList(rendition, keyTag));
    const bytes = rendition.segments[Number(segment)];
    return bytes === undefined ? undefined : transportStream(encrypt(bytes, Number(segment)));
  };
}

function keyTag(segment: number): readonly string[] {
  if (segment % SEGMENTS_PER_KEY !== 0) return [];
  const number = segment / SEGMENTS_PER_KEY;
  const iv = number === 0 ? `,IV=0x${firstIv.toString('hex')}` : '';
  return [`#EXT-X-KEY:METHOD=AES-128,URI="${number}.key"${iv}`];
}

function encrypt(bytes: Buffer, segment: number): Buffer {
  const number = Math.floor(segment / SEGMENTS_PER_KEY);
  const sequence = Buffer.alloc(16);
  sequence.writeUInt32BE(segment, 12);
  const cipher = createCipheriv('aes-128-cbc', keyBytes(number), number === 0 ? firstIv : sequence);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

/** Nothing secret: anyone may have the sample. */
const keyBytes = (number: number): Buffer => createHash('sha256').update(`sample ${number}`).digest().subarray(0, 16);
const firstIv = keyBytes(9);
