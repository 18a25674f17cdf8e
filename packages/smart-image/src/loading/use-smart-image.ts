import { computed, type ComputedRef, getCurrentInstance, type MaybeRefOrGetter, onScopeDispose } from 'vue';
import { type Ref, shallowRef, toValue, type VNode, watch } from 'vue';
import { useSmartImageClient } from '../client/plugin.js';
import { type LoadView, PictureLoad, type PictureLoadEvents } from './picture-load.js';
import type { PictureSource } from './picture-source.js';

/** For `<img v-bind="image.attributes">`: the URL of the present try, and the ears for what becomes of it. */
export interface ImageAttributes {
  /** Another try is another element: no element ever shows, or reports on, an older picture. */
  readonly key: string;
  readonly srcset: string | undefined;
  readonly src: string;
  readonly onLoad: () => void;
  readonly onError: () => void;
  readonly onVnodeMounted: (vnode: VNode) => void;
  readonly onVnodeBeforeUnmount: (vnode: VNode) => void;
}

export interface UseSmartImage {
  readonly view: Readonly<Ref<LoadView>>;
  /** Undefined while there is nothing to load. */
  readonly attributes: ComputedRef<ImageAttributes | undefined>;
  /** Begins anew, by a newly signed URL. */
  readonly retry: () => void;
}

/**
 * A picture that looks after itself, for an `<img>` of one's own: what `<SmartImage>` is made of.
 *
 * @param source the picture, or its key; when it changes, the old one is let go of at once
 */
export function useSmartImage(
  source: MaybeRefOrGetter<PictureSource | string>,
  events: Partial<Omit<PictureLoadEvents, 'change'>> = {},
): UseSmartImage {
  const client = useSmartImageClient();
  const read = (): PictureSource => {
    const value = toValue(source);
    return typeof value === 'string' ? { imageKey: value } : value;
  };
  const open = (early: boolean): PictureLoad =>
    new PictureLoad(read(), client, early, {
      change: (view) => {
        current.value = view;
      },
      load: (view) => events.load?.(view),
      error: (error) => events.error?.(error),
      retry: (event) => events.retry?.(event),
      refresh: (imageKey) => events.refresh?.(imageKey),
    });

  let generation = 0;
  let load = open(isEarly());
  const current = shallowRef(load.view);
  watch(
    () => identity(read()),
    () => {
      load.close();
      generation += 1;
      load = open(false);
      current.value = load.view;
    },
  );
  onScopeDispose(() => load.close());

  const attributes = computed(() => {
    const { src, srcset, attempt } = current.value;
    return src === undefined ? undefined : attributesOf(load, `${generation}-${attempt}`, src, srcset, attempt);
  });
  return { view: current, attributes, retry: () => load.retry() };
}

function attributesOf(
  load: PictureLoad,
  key: string,
  src: string,
  srcset: string | undefined,
  attempt: number,
): ImageAttributes {
  const onLoad = (): void => load.loaded(attempt);
  const onError = (): void => load.failed(attempt);
  return {
    key,
    srcset,
    src,
    onLoad,
    onError,
    onVnodeMounted: ({ el }) => reportWhatWasMissed(el as HTMLImageElement, onLoad, onError),
    onVnodeBeforeUnmount: ({ el }) => letGo(el as HTMLImageElement),
  };
}

/** A picture of server-rendered HTML may have loaded, or failed, before anybody listened. */
function reportWhatWasMissed(image: HTMLImageElement, onLoad: () => void, onError: () => void): void {
  if (!image.complete) return;
  if (image.naturalWidth > 0) onLoad();
  // No width: it failed, or it is an SVG without one.
  else image.decode().then(onLoad, onError);
}

/** An element that leaves the page goes on loading unless it is told otherwise. */
function letGo(image: HTMLImageElement): void {
  if (image.complete) return;
  image.removeAttribute('srcset');
  image.removeAttribute('src');
}

/** In setup(): on a server, and while its HTML is taken over, a picture's URL must be the one that needs no look-up. */
export function isEarly(): boolean {
  if (typeof document === 'undefined') return true;
  // Vue gives a component's vnode its element before setup() only when it takes over what a server rendered.
  return (getCurrentInstance()?.vnode.el ?? null) !== null;
}

const identity = ({ imageKey, src, srcset, fallbackSrc, lookup }: PictureSource): string =>
  JSON.stringify([imageKey, src, srcset, fallbackSrc, lookup]);
