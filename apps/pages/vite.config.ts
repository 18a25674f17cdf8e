import { readdirSync } from 'node:fs';
import { defineConfig } from 'vite';

/** Every HTML file here is a page. Nothing is inlined: the pages' content security policy allows no inline code. */
export default defineConfig({
  base: '/sample-pages/',
  resolve: { conditions: ['@forebay/source', 'module', 'browser', 'import', 'default'] },
  build: {
    target: 'es2022',
    // What others wrote goes into the bundles: their licences go with it.
    license: { fileName: 'licenses.txt' },
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: readdirSync(import.meta.dirname).filter((name) => name.endsWith('.html')) },
  },
});
