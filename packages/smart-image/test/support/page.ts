import { createSmartImage, type GridItem, ImageGrid, SmartImage, type SmartImageOptions } from '@forebay/smart-image';
import type { SmartImagePlugin } from '@forebay/smart-image';
import { type App, createApp, createSSRApp, h, shallowRef } from 'vue';

/** What a test can do in the page. */
export interface TestPage {
  readonly told: string[];
  mountImage(props: Record<string, unknown>, options?: SmartImageOptions): void;
  /** Takes over what a server rendered. */
  hydrateImages(list: readonly Record<string, unknown>[]): void;
  hydrateGrid(items: readonly GridItem[]): void;
  mountGrid(items: readonly GridItem[], props?: Record<string, unknown>, options?: SmartImageOptions): void;
  set(props: Record<string, unknown>): void;
  leave(): void;
  plugin(): SmartImagePlugin | undefined;
}

const told: string[] = [];
const given = shallowRef<Record<string, unknown>>({});
let app: App | undefined;
let plugin: SmartImagePlugin | undefined;

function start(made: App, options: SmartImageOptions | undefined): void {
  plugin = createSmartImage({ retryDelay: 10, ...options });
  app = made.use(plugin);
  app.mount('#app');
}

const listeners = {
  onLoad: ({ stage }: { stage: string }) => told.push(`load ${stage}`),
  onError: ({ code }: { code: string }) => told.push(`error ${code}`),
  onRetry: ({ stage }: { stage: string }) => told.push(`retry ${stage}`),
  onRefresh: (key: string) => told.push(`refresh ${key}`),
  onClick: () => told.push('click'),
};

const testPage: TestPage = {
  told,
  mountImage(props, options) {
    given.value = props;
    start(
      createApp(() => h(SmartImage, { alt: 'A picture', ...given.value, ...listeners })),
      options,
    );
  },
  hydrateImages(list) {
    const images = (): unknown => list.map((props) => h(SmartImage, { alt: 'A picture', ...props, ...listeners }));
    start(
      createSSRApp(() => h('div', images() as never)),
      undefined,
    );
  },
  hydrateGrid(items) {
    start(
      createSSRApp(() => h('div', [h(ImageGrid, { items, label: 'Pictures' })])),
      undefined,
    );
  },
  mountGrid(items, props = {}, options) {
    given.value = { items, label: 'Pictures', ...props };
    start(
      createApp(() => h(ImageGrid, { items, label: 'Pictures', ...given.value })),
      options,
    );
  },
  set(props) {
    given.value = { ...given.value, ...props };
  },
  leave() {
    app?.unmount();
  },
  plugin: () => plugin,
};

Object.assign(globalThis, { testPage });
