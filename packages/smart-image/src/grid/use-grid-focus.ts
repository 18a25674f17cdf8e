import { nextTick, type Ref, ref, watch } from 'vue';
import { clamp, scrollTopFor } from './layout.js';
import { indexAfter } from './navigation.js';
import type { GridRows } from './use-rows.js';

export interface GridFocus {
  /** The picture that Tab leads to. */
  readonly active: Readonly<Ref<number>>;
  /** Whether the focus is in the grid. */
  readonly inside: Readonly<Ref<boolean>>;
  /** Scrolls to a picture, if need be, and gives it the focus. */
  readonly focus: (index: number) => Promise<void>;
  /** For the element that scrolls. */
  readonly listeners: Readonly<Record<'onKeydown' | 'onFocusin' | 'onFocusout' | 'onClick', (event: never) => void>>;
}

/**
 * One stop for Tab, and keys that lead through all pictures, also those that do not exist as elements yet. Cells are
 * known by `data-index`.
 */
export function useGridFocus(
  scroller: Ref<HTMLElement | undefined>,
  rows: GridRows,
  count: () => number,
  events: { choose(index: number): void; moved(index: number): void },
): GridFocus {
  const { viewport, layout, measure } = rows;
  const active = ref(0);
  const inside = ref(false);
  watch(count, (items) => {
    active.value = clamp(active.value, 0, Math.max(0, items - 1));
  });

  function moveTo(index: number): void {
    if (index === active.value) return;
    active.value = index;
    events.moved(index);
  }

  async function focus(index: number): Promise<void> {
    if (index < 0 || index >= count() || scroller.value === undefined) return;
    moveTo(index);
    const row = Math.floor(index / layout.value.columns);
    const top = scrollTopFor(row, layout.value, viewport.value);
    if (top !== viewport.value.top) scroller.value.scrollTop = top;
    measure();
    await nextTick();
    scroller.value?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true });
  }

  function onKeydown(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey || !(event.target instanceof HTMLElement)) return;
    const index = Number(event.target.dataset['index'] ?? Number.NaN);
    // Keys in a slot's own button are the button's.
    if (Number.isNaN(index)) return;
    const isChoice = event.key === 'Enter' || event.key === ' ';
    const target = indexAfter(event.key, event.ctrlKey, {
      index,
      count: count(),
      columns: layout.value.columns,
      pageRows: Math.max(1, Math.floor(viewport.value.height / layout.value.rowPitch)),
      rightToLeft: getComputedStyle(event.target).direction === 'rtl',
    });
    if (!isChoice && target === undefined) return;
    event.preventDefault();
    if (target === undefined) events.choose(index);
    else void focus(target);
  }

  function onFocusin(event: FocusEvent): void {
    inside.value = true;
    const index = indexOf(event.target);
    if (index !== undefined) moveTo(index);
  }

  function onClick(event: MouseEvent): void {
    // A button in a slot is not the picture.
    const own = event.target instanceof Element && event.target.closest('button, a, input') !== null;
    const index = indexOf(event.target);
    if (event.defaultPrevented || own || index === undefined) return;
    moveTo(index);
    events.choose(index);
  }

  const onFocusout = (): void => {
    inside.value = false;
  };
  return { active, inside, focus, listeners: { onKeydown, onFocusin, onFocusout, onClick } };
}

function indexOf(target: EventTarget | null): number | undefined {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
  return cell === null ? undefined : Number(cell.dataset['index']);
}
