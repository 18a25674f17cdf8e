import {
  computed,
  defineComponent,
  type DefineSetupFnComponent,
  h,
  onMounted,
  type PropType,
  ref,
  type VNode,
} from 'vue';
import { useSmartImageClient } from '../client/plugin.js';
import { Picture } from './picture.js';

/** A picture as a lightbox shows it. */
export interface LightboxItem {
  readonly imageKey?: string | undefined;
  readonly src?: string | undefined;
  readonly alt: string;
  readonly placeholder?: string | undefined;
  readonly fallbackSrc?: string | undefined;
}

/** What is about the picture; a user's objects may hold more, which is not for `<img>`. */
export const pictureOf = ({ imageKey, src, alt, placeholder, fallbackSrc }: LightboxItem): LightboxItem => ({
  imageKey,
  src,
  alt,
  placeholder,
  fallbackSrc,
});

export interface LightboxProps {
  readonly items: readonly LightboxItem[];
  /** Which one is shown. */
  readonly index: number;
}

type LightboxEmits = { close: () => void; 'update:index': (index: number) => void };

/**
 * Pictures one at a time over the whole page. It is the browser's own modal `<dialog>`: that holds the focus, gives it
 * back to where it was, closes on Escape, and makes the rest of the page inert. Render it to open it.
 */
export const Lightbox: DefineSetupFnComponent<LightboxProps, LightboxEmits> = /* @__PURE__ */ defineComponent<
  LightboxProps,
  LightboxEmits,
  keyof LightboxEmits
>(
  (props, { emit }) => {
    const { labels } = useSmartImageClient().settings;
    const dialog = ref<HTMLDialogElement>();
    onMounted(() => dialog.value?.showModal());
    const item = computed(() => props.items[props.index]);
    const close = (): void => dialog.value?.close();
    const go = (index: number): void => {
      if (index !== props.index && index >= 0 && index < props.items.length) emit('update:index', index);
    };
    const step = (by: number, label: string, text: string, name: string): VNode =>
      h(
        'button',
        {
          type: 'button',
          class: `forebay-lightbox__button forebay-lightbox__${name}`,
          'aria-label': label,
          // Disabled, it would lose the focus, and the keys with it.
          'aria-disabled': props.items[props.index + by] === undefined,
          onClick: () => go(props.index + by),
        },
        text,
      );
    const onKeydown = (event: KeyboardEvent): void => {
      const target = targetOf(event, props.index, props.items.length);
      // The page below has arrows of its own.
      event.stopPropagation();
      if (target === undefined) return;
      event.preventDefault();
      go(target);
    };

    return () => {
      const shown = item.value;
      const many = props.items.length > 1;
      const label = shown === undefined || shown.alt === '' ? labels.picture : shown.alt;
      return h(
        'dialog',
        {
          ref: dialog,
          class: 'forebay-lightbox',
          'aria-label': label,
          onClose: () => emit('close'),
          // A click on the dialog itself is one on what is around the picture.
          onClick: (event: MouseEvent) => {
            event.stopPropagation();
            if (event.target === event.currentTarget) close();
          },
          onKeydown,
        },
        [
          shown &&
            h(Picture, { ...pictureOf(shown), key: props.index, class: 'forebay-lightbox__picture', loading: 'eager' }),
          h(
            'button',
            {
              type: 'button',
              class: 'forebay-lightbox__button forebay-lightbox__close',
              'aria-label': labels.close,
              onClick: close,
            },
            '×',
          ),
          many ? step(-1, labels.previous, '‹', 'previous') : undefined,
          many ? step(1, labels.next, '›', 'next') : undefined,
          many
            ? h(
                'p',
                { class: 'forebay-lightbox__position', 'aria-live': 'polite' },
                [labels.position(props.index + 1, props.items.length), shown?.alt].filter(Boolean).join(': '),
              )
            : undefined,
        ],
      );
    };
  },
  {
    name: 'ForebayLightbox',
    props: {
      items: { type: Array as PropType<readonly LightboxItem[]>, required: true },
      index: { type: Number, required: true },
    },
    emits: ['close', 'update:index'],
  },
);

function targetOf({ key, target }: KeyboardEvent, index: number, count: number): number | undefined {
  const rightToLeft = target instanceof Element && getComputedStyle(target).direction === 'rtl';
  if (key === 'ArrowRight') return index + (rightToLeft ? -1 : 1);
  if (key === 'ArrowLeft') return index + (rightToLeft ? 1 : -1);
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return undefined;
}
