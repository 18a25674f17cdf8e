import { createSmartImage, ImageGrid } from '@forebay/smart-image';
import { createApp, h } from 'vue';
import { withBrokenSignatures } from './broken-signatures.js';
import { MendingCase } from './mending-case.js';
import { pictures } from './pictures.js';

// Nothing is kept for the next visit: the sample store is somewhere else each time it starts.
createApp(() => h(ImageGrid, { items: pictures, label: 'Sample pictures', aspectRatio: 2 / 3, rounded: true }))
  .use(createSmartImage({ persist: false }))
  .mount('#grid');

createApp(() =>
  h('div', { class: 'mending' }, [
    h(MendingCase, {
      title: 'Refused by the store',
      about: 'The first URL has a wrong signature, as one has that ended. A new one is signed.',
      imageKey: 'posters/7.png',
    }),
    h(MendingCase, {
      title: 'Not in the store',
      about: 'No way leads to it: redirect, proxy, then the fallback, and no further.',
      imageKey: 'posters/of-a-film-never-made.png',
    }),
  ]),
)
  .use(createSmartImage({ fetch: withBrokenSignatures, lookup: true, persist: false }))
  .mount('#mending');
