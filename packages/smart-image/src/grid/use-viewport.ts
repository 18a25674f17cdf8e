import { onBeforeUnmount, onMounted, type Ref, shallowRef } from 'vue';

/** What is seen of a scroller's content, in CSS pixels. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly top: number;
}

/** Until it is measured; a server assumes the same, so that its HTML is taken over as it is. */
const assumed: Viewport = { width: 960, height: 640, top: 0 };

/** Measures an element that scrolls: at once, whenever its size changes, and as it scrolls. */
export function useViewport(scroller: Ref<HTMLElement | undefined>): { viewport: Ref<Viewport>; measure: () => void } {
  const viewport = shallowRef(assumed);
  const measure = (): void => {
    const element = scroller.value;
    if (element === undefined || element.clientWidth === 0) return;
    const { clientWidth: width, clientHeight, scrollTop: top } = element;
    // Without a height of its own, the scroller would be as tall as all its rows, and all of them would be "seen".
    const height = Math.min(clientHeight, Math.max(window.innerHeight, 1));
    const { width: oldWidth, height: oldHeight, top: oldTop } = viewport.value;
    if (width !== oldWidth || height !== oldHeight || top !== oldTop) viewport.value = { width, height, top };
  };
  let observer: ResizeObserver | undefined;
  onMounted(() => {
    measure();
    if (scroller.value === undefined || typeof ResizeObserver === 'undefined') return;
    observer = new ResizeObserver(measure);
    observer.observe(scroller.value);
  });
  onBeforeUnmount(() => observer?.disconnect());
  return { viewport, measure };
}
