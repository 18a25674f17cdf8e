import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slotOf } from '../../src/redis/slots.js';
import { createNames } from '../../src/redis/names.js';

describe('slotOf', () => {
  // The reply of CLUSTER KEYSLOT for each.
  it.each([
    ['', 0],
    ['123456789', 12_739],
    ['foo', 12_182],
    ['{user1000}.following', 3443],
    ['{user1000}.followers', 3443],
    ['foo{}{bar}', 8363],
    ['foo{{bar}}zap', 4015],
    ['foo{bar}{zap}', 5061],
  ])('puts %j where Redis puts it', (key, slot) => {
    expect(slotOf(key)).toBe(slot);
  });
});

describe('names', () => {
  it('keep everything of one entry in one slot, whatever its key', () => {
    const names = createNames('forebay:');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(1000), (key, index) => {
        const entry = names.entry(key);
        expect(slotOf(names.piece(entry, '00ff', index))).toBe(slotOf(entry));
        expect(slotOf(names.lock(key))).toBe(slotOf(entry));
      }),
    );
  });
});
