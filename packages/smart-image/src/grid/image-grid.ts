import { defineComponent, type DefineSetupFnComponent, h, onMounted, type PropType } from 'vue';
import { type CSSProperties, ref, type SlotsType, type VNode, watch } from 'vue';
import { useSmartImageClient } from '../client/plugin.js';
import { Lightbox, type LightboxItem, pictureOf } from '../components/lightbox.js';
import { Picture } from '../components/picture.js';
import { placeholderColour } from '../components/placeholder.js';
import { prefetchBlock } from './url-blocks.js';
import { useGridFocus } from './use-grid-focus.js';
import { useRows } from './use-rows.js';

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
    const opened = ref<number>();
    const rows = useRows(scroller, client.settings.clock, () => ({
      count: props.items.length,
      minColumnWidth: props.minColumnWidth ?? 160,
      gap: props.gap ?? 8,
      aspectRatio: props.aspectRatio ?? 1,
      overscan: props.overscan ?? 1,
    }));
    const { layout, range, settled } = rows;
    const { active, inside, focus, listeners } = useGridFocus(scroller, rows, () => props.items.length, {
      choose(index) {
        const item = props.items[index];
        if (item === undefined) return;
        emit('select', index, item);
        if (props.preview !== false) opened.value = index;
      },
      moved: (index) => emit('update:active', index),
    });
    expose({ focus });
    watch(
      () => props.items.length,
      (count) => {
        if (opened.value !== undefined && opened.value >= count) opened.value = undefined;
      },
    );

    const prefetch = (): void => {
      const { columns } = layout.value;
      const { first, end } = range.value;
      prefetchBlock(client, props.items, { first: first * columns, end: end * columns });
    };
    onMounted(() => watch([settled, () => props.items], prefetch, { immediate: true }));

    function cell(item: GridItem, index: number, tabStop: number, isSettled: boolean): VNode {
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
          isSettled
            ? picture(item, index)
            : h('span', { class: 'forebay-image', 'data-state': 'waiting', style: placeholderStyle(item) }),
        ],
      );
    }

    const picture = (item: GridItem, index: number): VNode =>
      h(
        Picture,
        { ...pictureOf(item), rounded: props.rounded ?? false, loading: 'eager', lookup: true },
        {
          ...(slots.placeholder ? { placeholder: () => slots.placeholder({ item, index }) } : {}),
          ...(slots.error ? { error: ({ retry }: { retry: () => void }) => slots.error({ item, index, retry }) } : {}),
        },
      );

    function row(number: number, tabStop: number): VNode {
      const { columns, rowPitch, cellHeight } = layout.value;
      const start = number * columns;
      const isSettled = settled.value.has(number) || number === keptRow();
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
        props.items.slice(start, start + columns).map((item, offset) => cell(item, start + offset, tabStop, isSettled)),
      );
    }

    const rowOf = (index: number): number => Math.floor(index / layout.value.columns);
    /** The row that has the focus, if it is out of sight: removed, it would lose it. */
    const keptRow = (): number | undefined => {
      const row = rowOf(active.value);
      const { first, end } = range.value;
      return inside.value && row < layout.value.rows && (row < first || row >= end) ? row : undefined;
    };
    const shownRows = (): number[] => {
      const { first, end } = range.value;
      const numbers = Array.from({ length: Math.max(0, end - first) }, (_, offset) => first + offset);
      const kept = keptRow();
      if (kept !== undefined) numbers.push(kept);
      return numbers.sort((a, b) => a - b);
    };

    return () => {
      const { columns, totalHeight } = layout.value;
      const shown = shownRows();
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
          onScrollPassive: rows.measure,
          ...listeners,
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

const placeholderStyle = ({ placeholder }: GridItem): CSSProperties => {
  const colour = placeholder === undefined ? undefined : placeholderColour(placeholder);
  return colour === undefined ? {} : { backgroundColor: colour };
};
