/** What a grid is given. All lengths are CSS pixels. */
export interface GridRules {
  readonly count: number;
  readonly minColumnWidth: number;
  readonly gap: number;
  /** Width by height of a cell. */
  readonly aspectRatio: number;
}

/** Where everything is, for a width. */
export interface GridLayout {
  readonly columns: number;
  readonly rows: number;
  readonly cellHeight: number;
  /** From one row's top to the next one's. */
  readonly rowPitch: number;
  readonly totalHeight: number;
}

/**
 * As many columns as fit, of equal width, none narrower than `minColumnWidth` unless there is but one.
 *
 * @throws RangeError that names the length that is none
 */
export function layoutGrid(width: number, { count, minColumnWidth, gap, aspectRatio }: GridRules): GridLayout {
  check('minColumnWidth', minColumnWidth, minColumnWidth > 0, 'above');
  check('gap', gap, gap >= 0, 'from');
  check('aspectRatio', aspectRatio, aspectRatio > 0, 'above');
  const columns = Math.max(1, Math.floor((width + gap) / (minColumnWidth + gap)));
  const cellWidth = Math.max(1, (width - gap * (columns - 1)) / columns);
  const cellHeight = cellWidth / aspectRatio;
  const rowPitch = cellHeight + gap;
  const rows = Math.ceil(count / columns);
  return { columns, rows, cellHeight, rowPitch, totalHeight: Math.max(0, rows * rowPitch - gap) };
}

/** Rows `first` to `end`, the latter not included. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** The rows that are to be seen, and `overscan` more on either side. */
export function visibleRows(
  { rows, rowPitch }: GridLayout,
  view: { readonly top: number; readonly height: number },
  overscan: number,
): RowRange {
  const first = Math.floor(view.top / rowPitch) - overscan;
  const end = Math.ceil((view.top + view.height) / rowPitch) + overscan;
  return { first: clamp(first, 0, rows), end: clamp(end, 0, rows) };
}

/** Where to scroll so that a row is wholly seen; as little as possible. */
export function scrollTopFor(
  row: number,
  { rowPitch, cellHeight }: GridLayout,
  view: { readonly top: number; readonly height: number },
): number {
  const top = row * rowPitch;
  if (top < view.top) return top;
  const bottom = top + cellHeight;
  return bottom > view.top + view.height ? bottom - view.height : view.top;
}

export const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

function check(name: string, value: number, isFine: boolean, bound: 'above' | 'from'): void {
  if (!isFine || !Number.isFinite(value)) throw new RangeError(`${name} must be a number ${bound} 0, not ${value}`);
}
