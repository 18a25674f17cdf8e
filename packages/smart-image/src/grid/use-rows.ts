import { computed, type ComputedRef, onBeforeUnmount, type Ref, shallowRef, watch } from 'vue';
import type { Clock } from '../clock.js';
import { type GridLayout, type GridRules, layoutGrid, type RowRange, visibleRows } from './layout.js';
import { useViewport, type Viewport } from './use-viewport.js';

/** Viewport heights a second beyond which nobody sees a picture fly by, and none is loaded. */
const hurry = 4;
/** After so many ms without scrolling, what is there is loaded whatever the speed was. */
const rest = 100;

export interface GridRows {
  readonly viewport: Readonly<Ref<Viewport>>;
  readonly layout: ComputedRef<GridLayout>;
  /** The rows that exist. */
  readonly range: Readonly<Ref<RowRange>>;
  /** Those of them whose pictures are loaded: a row that only flies by is not. */
  readonly settled: Readonly<Ref<ReadonlySet<number>>>;
  /** To be called as the scroller scrolls. */
  readonly measure: () => void;
}

/** Which rows of a grid exist, as its scroller scrolls and changes its size. */
export function useRows(
  scroller: Ref<HTMLElement | undefined>,
  clock: Clock,
  rules: () => GridRules & { readonly overscan: number },
): GridRows {
  const { viewport, measure } = useViewport(scroller);
  const layout = computed(() => layoutGrid(viewport.value.width, rules()));
  const rowsNow = (): RowRange => visibleRows(layout.value, viewport.value, rules().overscan);
  // Most scroll events leave the rows as they are: rendering follows the range, not the position.
  const range = shallowRef(rowsNow());
  const settled = shallowRef<ReadonlySet<number>>(numbersIn(range.value));
  let timer: unknown;
  let last = { top: 0, at: Number.NEGATIVE_INFINITY };

  let settledRange = range.value;
  const settle = (): void => {
    if (settledRange === range.value) return;
    settledRange = range.value;
    settled.value = numbersIn(settledRange);
  };
  watch([layout, viewport, () => rules().overscan], () => {
    const { top, height } = viewport.value;
    const now = clock.now();
    const seconds = Math.max(now - last.at, 1) / 1000;
    const hurried = Math.abs(top - last.top) / height / seconds > hurry;
    last = { top, at: now };
    clock.clearTimeout(timer);
    const next = rowsNow();
    if (next.first !== range.value.first || next.end !== range.value.end) range.value = next;
    if (!hurried) settle();
    else timer = clock.setTimeout(settle, rest);
  });
  onBeforeUnmount(() => clock.clearTimeout(timer));
  return { viewport, layout, range, settled, measure };
}

const numbersIn = ({ first, end }: RowRange): ReadonlySet<number> =>
  new Set(Array.from({ length: Math.max(0, end - first) }, (_, offset) => first + offset));
