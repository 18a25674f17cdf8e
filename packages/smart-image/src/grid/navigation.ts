import { clamp } from './layout.js';

/** Where one is, and how the grid lies. */
export interface GridPosition {
  readonly index: number;
  readonly count: number;
  readonly columns: number;
  /** Rows that a page key moves by. */
  readonly pageRows: number;
  readonly rightToLeft: boolean;
}

/**
 * Where a key leads, after the grid pattern of the WAI-ARIA Authoring Practices; undefined for a key that leads
 * nowhere. Left and right go on into the next row, as a gallery is one sequence.
 */
export function indexAfter(key: string, withControl: boolean, position: GridPosition): number | undefined {
  const { index, count, columns, pageRows, rightToLeft } = position;
  const onward = rightToLeft ? -1 : 1;
  const rowStart = index - (index % columns);
  const within = (target: number): number => clamp(target, 0, count - 1);
  /** Stays in its column; from the last full row into a shorter one, goes to its end. */
  const down = (rows: number): number => {
    const target = index + rows * columns;
    if (target < count) return target;
    const lastRow = Math.floor((count - 1) / columns);
    const sameColumn = lastRow * columns + (index % columns);
    return Math.max(index, sameColumn < count ? sameColumn : count - 1);
  };
  const up = (rows: number): number => {
    const target = index - rows * columns;
    return target >= 0 ? target : index % columns;
  };
  switch (key) {
    case 'ArrowRight':
      return within(index + onward);
    case 'ArrowLeft':
      return within(index - onward);
    case 'ArrowDown':
      return Math.floor(index / columns) === Math.floor((count - 1) / columns) ? index : down(1);
    case 'ArrowUp':
      return index < columns ? index : up(1);
    case 'PageDown':
      return down(pageRows);
    case 'PageUp':
      return up(pageRows);
    case 'Home':
      return withControl ? 0 : rowStart;
    case 'End':
      return within(withControl ? count - 1 : rowStart + columns - 1);
    default:
      return undefined;
  }
}
