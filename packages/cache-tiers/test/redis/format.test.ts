import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntry, decodePiece, encodeEntry, encodePiece, newNonce } from '../../src/redis/format.js';
import { headOf } from '../support/entries.js';

const encoded = (key: string, body: Uint8Array): Buffer =>
  encodeEntry(key, headOf({ metadata: { key } }), body, {
    placedAt: 1_700_000_000_000,
    size: body.length,
    pieces: 1,
    pieceBytes: 1024,
    nonce: newNonce(),
  });

describe('the format', () => {
  it('gives back what was put in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.uint8Array({ maxLength: 300 }), (key, body) => {
        const entry = decodeEntry(encoded(key, body), key);
        expect(entry?.key).toBe(key);
        expect(entry?.head.metadata).toEqual({ key });
        expect(entry?.first.equals(body)).toBe(true);
      }),
    );
  });

  it('knows every single flipped bit, every cut and every other key', () => {
    const value = encoded('key', Buffer.from('the bytes of it'));
    for (let bit = 0; bit < value.length * 8; bit += 1) {
      const flipped = Buffer.from(value);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeEntry(flipped, 'key')).toBeUndefined();
    }
    for (let length = 0; length < value.length; length += 1)
      expect(decodeEntry(value.subarray(0, length), 'key')).toBeUndefined();
    expect(decodeEntry(value, 'other')).toBeUndefined();
  });

  it('knows a piece of another write', () => {
    const nonce = newNonce();
    const piece = encodePiece(nonce, Buffer.from('part'));
    expect(decodePiece(piece, nonce)?.toString()).toBe('part');
    expect(decodePiece(piece, newNonce())).toBeUndefined();
    expect(decodePiece(piece.subarray(0, -1), nonce)).toBeUndefined();
    expect(decodePiece(Buffer.from('short'), nonce)).toBeUndefined();
  });
});
