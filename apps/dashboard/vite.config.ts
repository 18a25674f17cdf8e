import { defineConfig } from 'vite';

/** Nothing is inlined: the page's content security policy allows no inline code. */
export default defineConfig({
  base: '/monitor/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'vue' } },
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
