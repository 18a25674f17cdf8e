import { defineComponent, type DefineSetupFnComponent, h, ref } from 'vue';
import type { SlotsType, VNode } from 'vue';
import { useSmartImageClient } from '../client/plugin.js';
import type { SmartImageError } from '../errors.js';
import type { LoadView, RetryEvent } from '../loading/picture-load.js';
import { Lightbox } from './lightbox.js';
import { type PictureEmits, type PictureProps, type PictureSlots, propsWith } from './picture-props.js';
import { Picture } from './picture.js';

export interface SmartImageProps extends PictureProps {
  /** Makes the picture a button that opens it over the whole page. @default false */
  readonly preview?: boolean | undefined;
}

export type SmartImageEmits = PictureEmits & { click: (event: MouseEvent) => void };
type Slots = SlotsType<PictureSlots>;

/**
 * A picture that looks after itself: when its URL has ended it asks for a new one, when the store is out of reach it
 * comes through the server, and at the end there is a fallback. See the package's README for all props.
 */
export const SmartImage: DefineSetupFnComponent<SmartImageProps, SmartImageEmits, Slots> =
  /* @__PURE__ */ defineComponent<SmartImageProps, SmartImageEmits, keyof SmartImageEmits, Slots>(
    (props, { attrs, emit, slots, expose }) => {
      const { labels } = useSmartImageClient().settings;
      const open = ref(false);
      const picture = ref<{ retry(): void }>();
      expose({ retry: () => picture.value?.retry() });

      const button = (image: VNode): VNode =>
        h(
          'button',
          {
            type: 'button',
            class: 'forebay-image__button',
            'aria-haspopup': 'dialog',
            'aria-label': labels.enlarge(props.alt),
            onClick: () => {
              open.value = true;
            },
          },
          [image],
        );
      const lightbox = (): VNode | undefined =>
        open.value
          ? h(Lightbox, {
              items: [props],
              index: 0,
              onClose: () => {
                open.value = false;
              },
            })
          : undefined;

      return () => {
        const { preview, ...rest } = props;
        const own = {
          ...rest,
          ref: picture,
          onClick: (event: MouseEvent) => emit('click', event),
          onLoad: (view: LoadView) => emit('load', view),
          onError: (error: SmartImageError) => emit('error', error),
          onRetry: (event: RetryEvent) => emit('retry', event),
          onRefresh: (imageKey: string) => emit('refresh', imageKey),
        };
        return h(
          Picture,
          { ...attrs, ...own, ...(preview === true ? { wrap: button } : {}) },
          { ...slots, after: lightbox },
        );
      };
    },
    {
      name: 'SmartImage',
      inheritAttrs: false,
      props: /* @__PURE__ */ propsWith({ preview: Boolean }),
      emits: ['load', 'error', 'retry', 'refresh', 'click'],
    },
  );
