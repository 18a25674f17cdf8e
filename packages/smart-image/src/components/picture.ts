import { defineComponent, type DefineSetupFnComponent, h, mergeProps, onMounted, ref } from 'vue';
import { type PropType, type SlotsType, type VNode, watch } from 'vue';
import { useSmartImageClient } from '../client/plugin.js';
import { isEarly, useSmartImage } from '../loading/use-smart-image.js';
import { type PictureEmits, type PictureProps, type PictureSlots, propsWith } from './picture-props.js';
import { frameStyle, imageSize } from './picture-style.js';

export interface FramedPictureProps extends PictureProps {
  /** Puts something around the picture while it is there to be seen, such as a button. */
  readonly wrap?: ((image: VNode) => VNode) | undefined;
}

type FrameSlots = SlotsType<PictureSlots & { after: Record<string, never> }>;

/**
 * A picture in a frame that keeps its place: two elements, so that a grid of them stays small. Class, style and
 * listeners go to the frame, all other attributes to the `<img>`.
 */
export const Picture: DefineSetupFnComponent<FramedPictureProps, PictureEmits, FrameSlots> =
  /* @__PURE__ */ defineComponent<FramedPictureProps, PictureEmits, keyof PictureEmits, FrameSlots>(
    (props, context) => {
      const client = useSmartImageClient();
      const { view, attributes, retry } = useSmartImage(() => props, {
        load: (loaded) => context.emit('load', loaded),
        error: (error) => context.emit('error', error),
        retry: (event) => context.emit('retry', event),
        refresh: (imageKey) => context.emit('refresh', imageKey),
      });
      // A picture of server-rendered HTML is to be seen without a script, and must not vanish when there is one.
      const untouched = isEarly() ? attributes.value?.key : undefined;
      const mounted = ref(false);
      onMounted(() => {
        mounted.value = true;
        watch(
          () => view.value.status,
          (status) => {
            if (status === 'failed') client.announcer.failed(props.alt);
          },
          { immediate: true },
        );
      });
      context.expose({ retry });

      const image = (own: Record<string, unknown>): VNode | undefined => {
        const { loading, sizes, alt } = props;
        const shown = attributes.value;
        if (shown === undefined) return undefined;
        // `src` comes last: what is set before it says how to load it.
        const { src, srcset, ...rest } = shown;
        // As the server's redirects say: the page is none of the store's business.
        const referrerpolicy = view.value.stage === 'direct' ? 'no-referrer' : undefined;
        const layout = { decoding: 'async', referrerpolicy, ...imageSize(props), class: 'forebay-image__picture', alt };
        const vnode = h('img', mergeProps(layout, own, { loading, ...rest, sizes: srcset && sizes, srcset, src }));
        return props.wrap === undefined ? vnode : props.wrap(vnode);
      };
      const failure = (): VNode | VNode[] | undefined =>
        context.slots.error?.({ alt: props.alt, error: view.value.error, retry }) ??
        h('span', {
          class: 'forebay-image__failed',
          role: 'img',
          'aria-label': client.settings.labels.failed(props.alt),
        });

      return () => {
        const { status } = view.value;
        const [frame, own] = divide(context.attrs);
        const covered = status === 'loading' || status === 'waiting';
        const state = covered && untouched !== undefined && attributes.value?.key === untouched ? 'initial' : status;
        return h(
          'span',
          mergeProps({ class: 'forebay-image', 'data-state': state }, frame, {
            style: frameStyle(props, covered, mounted.value),
          }),
          [
            covered ? context.slots.placeholder?.({}) : undefined,
            status === 'failed' ? failure() : image(own),
            context.slots.after?.({}),
          ],
        );
      };
    },
    {
      name: 'ForebayPicture',
      inheritAttrs: false,
      props: /* @__PURE__ */ propsWith({ wrap: Function as PropType<(image: VNode) => VNode> }),
      emits: ['load', 'error', 'retry', 'refresh'],
    },
  );

function divide(attrs: Record<string, unknown>): [frame: Record<string, unknown>, image: Record<string, unknown>] {
  const frame: Record<string, unknown> = {};
  const image: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attrs)) {
    const outer = name === 'class' || name === 'style' || /^on[A-Z]/.test(name);
    (outer ? frame : image)[name] = value;
  }
  return [frame, image];
}
