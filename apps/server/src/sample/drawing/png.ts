import { crc32, deflate } from 'node:zlib';
import { promisify } from 'node:util';
import type { Canvas } from './canvas.js';

const compress = promisify(deflate);
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const FILTER_UP = 2;

/**
 * Encodes a canvas as a PNG of 8-bit RGB (W3C PNG, third edition). Every row is filtered with "up": the pictures are
 * mostly vertical gradients, of which that leaves nearly nothing. Compression runs on the thread pool.
 */
export async function encodePng({ width, height, pixels }: Canvas): Promise<Buffer> {
  const stride = width * 3;
  const rows = Buffer.allocUnsafe((stride + 1) * height);
  let at = 0;
  for (let y = 0; y < height; y++) {
    rows[at++] = FILTER_UP;
    const row = y * stride;
    for (let x = row; x < row + stride; x++) {
      const above = y === 0 ? 0 : pixels[x - stride]!;
      rows[at++] = pixels[x]! - above;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', await compress(rows, { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const whole = Buffer.allocUnsafe(data.length + 12);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, 'latin1');
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + data.length)), 8 + data.length);
  return whole;
}
