import { computed, defineComponent, type DefineSetupFnComponent, h, nextTick, onMounted, type PropType } from 'vue';
import { ref, shallowRef, type SlotsType, type VNode, watch } from 'vue';
import { useSmartImageClient } from '../client/plugin.js';
import { Lightbox, type LightboxItem } from '../components/lightbox.js';
import { Picture } from '../components/picture.js';
import { clamp, layoutGrid, type RowRange, scrollTopFor, visibleRows } from './layout.js';
import { indexAfter } from './navigation.js';
import { prefetchBlock } from './url-blocks.js';
import { useViewport } from './use-viewport.js';

/** A picture of a grid: by key or by URL. */
export type GridItem = LightboxItem;

export interface ImageGridProps {
  readonly items: readonly GridItem[];
  /** What the grid is called, for assistive technology. */
  readonly label: string;
  /** CSS pixels; there are as many columns as fit. @default 160 */
  readonly minColumnWidth?: number | undefined;
  /** CSS pixels. @default 8 */
  readonly gap?: number | undefined;
  /** Width by height of a cell. @default 1 */
  readonly aspectRatio?: number | undefined;
  /** Rows that are ready above and below what is seen. @default 1 */
  readonly overscan?: number | undefined;
  /** Opens a picture over the whole page, on a click or Enter. @default true */
  readonly preview?: boolean | undefined;
  /** @default false */
  readonly rounded?: boolean | number | string | undefined;
}

export type ImageGridEmits = {
  /** A picture was chosen, by click, Enter or Space. */
  select: (index: number, item: GridItem) => void;
  /** Another picture has the focus. */
  'update:active': (index: number) => void;
};

export type ImageGridSlots = {
  /** Over a picture's place until it is seen. */
  placeholder: { item: GridItem; index: number };
  /** In a picture's place when it cannot be seen. */
  error: { item: GridItem; index: number; retry: () => void };
};

type Slots = SlotsType<ImageGridSlots>;

/**
 * Thousands of pictures, of which only those near the view exist. It scrolls by itself and needs a height (the style
 * sheet gives it one); it is a `grid` to assistive technology, with one stop for Tab and arrows within.
 */
export const ImageGrid: DefineSetupFnComponent<ImageGridProps, ImageGridEmits, Slots> = /* @__PURE__ */ defineComponent<
  ImageGridProps,
  ImageGridEmits,
  keyof ImageGridEmits,
  Slots
>(
  (props, { emit, slots, expose }) => {
    const client = useSmartImageClient();
    const scroller = ref<HTMLElement>();
    const { viewport, measure } = useViewport(scroller);
    const active = ref(0);
    const focused = ref(false);
    const opened = ref<number>();

    const layout = computed(() =>
      layoutGrid(viewport.value.width, {
        count: props.items.length,
        minColumnWidth: props.minColumnWidth ?? 160,
        gap: props.gap ?? 8,
        aspectRatio: props.aspectRatio ?? 1,
      }),
    );
    // Most scroll events leave the rows as they are: rendering follows the range, not the position.
    const range = shallowRef<RowRange>(visibleRows(layout.value, viewport.value, props.overscan ?? 1));
    watch([layout, viewport, () => props.overscan], () => {
      const next = visibleRows(layout.value, viewport.value, props.overscan ?? 1);
      const { first, end } = range.value;
      if (next.first !== first || next.end !== end) range.value = next;
    });
    watch(
      () => props.items.length,
      (count) => {
        active.value = clamp(active.value, 0, Math.max(0, count - 1));
        if (opened.value !== undefined && opened.value >= count) opened.value = undefined;
      },
    );

    const prefetch = (): void => {
      const { columns } = layout.value;
      prefetchBlock(client, props.items, { first: range.value.first * columns, end: range.value.end * columns });
    };
    onMounted(() => watch([range, () => props.items], prefetch, { immediate: true }));

    const rowOf = (index: number): number => Math.floor(index / layout.value.columns);
    const cellAt = (index: number): HTMLElement | null | undefined =>
      scroller.value?.querySelector<HTMLElement>(`[data-index="${index}"]`);

    /** Scrolls to a picture, if need be, and gives it the focus. */
    async function focus(index: number): Promise<void> {
      if (props.items[index] === undefined || scroller.value === undefined) return;
      if (index !== active.value) emit('update:active', index);
      active.value = index;
      const top = scrollTopFor(rowOf(index), layout.value, viewport.value);
      if (top !== viewport.value.top) scroller.value.scrollTop = top;
      measure();
      await nextTick();
      cellAt(index)?.focus({ preventScroll: true });
    }
    expose({ focus });

    function choose(index: number): void {
      const item = props.items[index];
      if (item === undefined) return;
      active.value = index;
      emit('select', index, item);
      if (props.preview !== false) opened.value = index;
    }

    function onKeydown(event: KeyboardEvent): void {
      if (event.altKey || event.metaKey || !(event.target instanceof HTMLElement)) return;
      const index = Number(event.target.dataset['index'] ?? Number.NaN);
      // Keys in a slot's own button are the button's.
      if (Number.isNaN(index)) return;
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        choose(index);
        return;
      }
      const target = indexAfter(event.key, event.ctrlKey, {
        index,
        count: props.items.length,
        columns: layout.value.columns,
        pageRows: Math.max(1, Math.floor(viewport.value.height / layout.value.rowPitch)),
        rightToLeft: getComputedStyle(event.target).direction === 'rtl',
      });
      if (target === undefined) return;
      event.preventDefault();
      void focus(target);
    }

    function onFocusin(event: FocusEvent): void {
      focused.value = true;
      const index = Number((event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset['index']);
      if (Number.isNaN(index) || index === active.value) return;
      active.value = index;
      emit('update:active', index);
    }

    function onClick(event: MouseEvent): void {
      if (event.defaultPrevented || !(event.target instanceof Element)) return;
      const cell = event.target.closest<HTMLElement>('[data-index]');
      // A button in a slot is not the picture.
      if (cell === null || event.target.closest('button, a, input') !== null) return;
      choose(Number(cell.dataset['index']));
    }

    function cell(item: GridItem, index: number, tabStop: number): VNode {
      return h(
        'div',
        {
          key: index,
          class: 'forebay-grid__cell',
          role: 'gridcell',
          'aria-colindex': (index % layout.value.columns) + 1,
          'data-index': index,
          tabindex: index === tabStop ? 0 : -1,
        },
        [
          h(
            Picture,
            { ...item, rounded: props.rounded ?? false, loading: 'eager', lookup: true },
            {
              ...(slots.placeholder ? { placeholder: () => slots.placeholder({ item, index }) } : {}),
              ...(slots.error
                ? { error: ({ retry }: { retry: () => void }) => slots.error({ item, index, retry }) }
                : {}),
            },
          ),
        ],
      );
    }

    function row(number: number, tabStop: number): VNode {
      const { columns, rowPitch, cellHeight } = layout.value;
      const start = number * columns;
      return h(
        'div',
        {
          key: number,
          class: 'forebay-grid__row',
          role: 'row',
          'aria-rowindex': number + 1,
          style: {
            transform: `translateY(${number * rowPitch}px)`,
            height: `${cellHeight}px`,
            gap: `${props.gap ?? 8}px`,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          },
        },
        props.items.slice(start, start + columns).map((item, offset) => cell(item, start + offset, tabStop)),
      );
    }

    /** The rows near the view, and the one that has the focus: removed, it would lose it. */
    const rows = computed(() => {
      const { first, end } = range.value;
      const numbers = Array.from({ length: Math.max(0, end - first) }, (_, offset) => first + offset);
      const kept = rowOf(active.value);
      if (focused.value && kept < layout.value.rows) {
        if (kept < first) numbers.unshift(kept);
        else if (kept >= end) numbers.push(kept);
      }
      return numbers;
    });

    return () => {
      const { columns, totalHeight } = layout.value;
      const shown = rows.value;
      // Tab must find a stop in the grid also after the active picture was scrolled away.
      const tabStop = shown.includes(rowOf(active.value)) ? active.value : (shown[0] ?? 0) * columns;
      const grid = h(
        'div',
        {
          ref: scroller,
          class: 'forebay-grid__scroller',
          role: 'grid',
          'aria-label': props.label,
          'aria-readonly': 'true',
          'aria-rowcount': layout.value.rows,
          'aria-colcount': columns,
          onScrollPassive: measure,
          onKeydown,
          onFocusin,
          onFocusout: () => {
            focused.value = false;
          },
          onClick,
        },
        [
          h(
            'div',
            { class: 'forebay-grid__space', role: 'rowgroup', style: { height: `${totalHeight}px` } },
            shown.map((number) => row(number, tabStop)),
          ),
        ],
      );
      return h('div', { class: 'forebay-grid' }, [grid, lightbox()]);
    };

    function lightbox(): VNode | undefined {
      const index = opened.value;
      if (index === undefined) return undefined;
      return h(Lightbox, {
        items: props.items,
        index,
        'onUpdate:index': (next: number) => {
          opened.value = next;
        },
        onClose: () => {
          const last = opened.value ?? index;
          opened.value = undefined;
          // The focus goes back to the picture that was seen last.
          void focus(last);
        },
      });
    }
  },
  {
    name: 'ImageGrid',
    props: {
      items: { type: Array as PropType<readonly GridItem[]>, required: true },
      label: { type: String, required: true },
      minColumnWidth: Number,
      gap: Number,
      aspectRatio: Number,
      overscan: Number,
      preview: { type: Boolean, default: true },
      rounded: { type: [Boolean, Number, String] as PropType<boolean | number | string>, default: false },
    },
    emits: ['select', 'update:active'],
  },
);
