import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutGrid, scrollTopFor, visibleRows } from '../src/grid/layout.js';
import { indexAfter } from '../src/grid/navigation.js';

const keys = ['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'];
const rules = { minColumnWidth: 160, gap: 8, aspectRatio: 1 };

describe('keys in a grid', () => {
  const from = (
    index: number,
    key: string,
    more: { control?: boolean; rightToLeft?: boolean } = {},
  ): number | undefined =>
    indexAfter(key, more.control ?? false, {
      index,
      count: 23,
      columns: 5,
      pageRows: 3,
      rightToLeft: more.rightToLeft ?? false,
    });

  it.each([
    ['ArrowRight', 4, 5],
    ['ArrowLeft', 0, 0],
    ['ArrowDown', 16, 21],
    ['ArrowDown', 19, 22],
    ['ArrowDown', 21, 21],
    ['ArrowUp', 3, 3],
    ['PageDown', 1, 16],
    ['PageDown', 9, 22],
    ['PageUp', 12, 2],
    ['End', 21, 22],
    ['Home', 19, 15],
  ])('%s leads from %i to %i', (key, index, target) => {
    expect(from(index, key)).toBe(target);
  });

  it('go the other way where the script does', () => {
    expect([from(7, 'ArrowRight', { rightToLeft: true }), from(7, 'ArrowLeft', { rightToLeft: true })]).toEqual([6, 8]);
  });

  it('never lead out of the grid, and others lead nowhere', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.boolean(),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(59),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (key, control, count, at, columns, pageRows) => {
          const position = { index: at % count, count, columns, pageRows, rightToLeft: false };
          const target = indexAfter(key, control, position) ?? -1;
          return target >= 0 && target < count;
        },
      ),
    );
    expect(from(3, 'a')).toBeUndefined();
  });
});

describe('the rows of a grid', () => {
  it('cover all that is seen, wherever it is, and hold every picture once', () => {
    fc.assert(
      fc.property(
        fc.nat(3000),
        fc.integer({ min: 1, max: 4000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (count, width, part) => {
          const layout = layoutGrid(width, { ...rules, count });
          expect(layout.rows * layout.columns).toBeGreaterThanOrEqual(count);
          const view = { top: part * Math.max(0, layout.totalHeight - 600), height: 600 };
          const { first, end } = visibleRows(layout, view, 0);
          const rowAt = (y: number): number => Math.floor(y / layout.rowPitch);
          for (let y = view.top; y < Math.min(view.top + 600, layout.totalHeight); y += 50)
            expect(rowAt(y) >= first && rowAt(y) < end).toBe(true);
          expect(end - first).toBeLessThanOrEqual(Math.ceil(600 / layout.rowPitch) + 1);
        },
      ),
    );
  });

  it('are scrolled to by as little as possible', () => {
    const layout = layoutGrid(1000, { ...rules, count: 1000 });
    const view = { top: layout.rowPitch * 10, height: layout.rowPitch * 3 };
    expect(scrollTopFor(11, layout, view)).toBe(view.top);
    expect(scrollTopFor(9, layout, view)).toBe(layout.rowPitch * 9);
    expect(scrollTopFor(13, layout, view)).toBeCloseTo(layout.rowPitch * 10 + layout.cellHeight);
  });

  it.each([
    [{ minColumnWidth: 0 }, /minColumnWidth .*not 0/],
    [{ gap: -1 }, /gap .*not -1/],
    [{ aspectRatio: Number.NaN }, /aspectRatio .*NaN/],
  ])('refuse %o', (wrong, message) => {
    expect(() => layoutGrid(100, { ...rules, count: 1, ...wrong })).toThrow(message);
  });
});
