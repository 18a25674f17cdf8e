import { describe, expect, it } from 'vitest';
import { checkImageKey, parseImageKey } from '@forebay/image-proxy/signed-images';

describe('parseImageKey', () => {
  it.each([
    ['posters/a.png', 'posters/a.png'],
    ['stats', 'stats'],
    ['status/x', 'status/x'],
    ['refresh', 'refresh'],
    ['%E5%9B%BE%E7%89%87/%F0%9F%8E%AC.jpg', '图片/🎬.jpg'],
    ['a%2Fb', 'a/b'],
    ['a+b%20c', 'a+b c'],
    ['100%2525', '100%25'],
    ['/a//b/', '/a//b/'],
    ['..a/b..c/...', '..a/b..c/...'],
  ])('reads %s', (raw, key) => {
    expect(parseImageKey(raw)).toBe(key);
  });

  it.each([
    ['', 'empty'],
    ['..', 'segment'],
    ['a/../b', 'segment'],
    ['a/./b', 'segment'],
    ['a%2F%2e%2e%2Fb', 'segment'],
    ['a%5C..', 'segment'],
    ['a%00b', 'control'],
    ['a%0D%0Ab', 'control'],
    ['a%C2%85b', 'control'],
    ['%', 'percent-encoded'],
    ['%zz', 'percent-encoded'],
    ['%FF', 'percent-encoded'],
    ['%ED%A0%80', 'percent-encoded'],
    ['a'.repeat(1025), '1024 bytes'],
    ['é'.repeat(513), '1024 bytes'],
  ])('refuses %s, naming the field and the reason', (raw, reason) => {
    expect(() => parseImageKey(raw)).toThrow(
      expect.objectContaining({
        code: 'FOREBAY_IMAGE_KEY',
        retryable: false,
        message: expect.stringMatching(new RegExp(`^image_key: .*${reason}`)) as string,
      }) as Error,
    );
  });

  it('refuses half a character', () => {
    expect(() => checkImageKey('a\ud800')).toThrow(/well-formed/);
  });
});
