import { SmartImage } from '@forebay/smart-image';
import { defineComponent, h, ref } from 'vue';

/** A picture that does not load at first, and what becomes of it, step by step. */
export const MendingCase = defineComponent(
  (props: { readonly title: string; readonly about: string; readonly imageKey: string }) => {
    const steps = ref<string[]>([]);
    const round = ref(0);
    const note = (step: string): void => {
      steps.value = [...steps.value, step];
    };
    const again = (): void => {
      steps.value = [];
      round.value += 1;
    };
    return () =>
      h('section', { class: 'case raised', 'aria-label': props.title }, [
        h(SmartImage, {
          key: round.value,
          imageKey: props.imageKey,
          alt: props.title,
          width: 120,
          height: 180,
          rounded: true,
          preview: true,
          fallbackSrc: '/sample-pages/icon.svg',
          loading: 'eager',
          onRetry: ({ stage, delay }) => note(`failed; next by ${stage} in ${Math.round(delay)} ms`),
          onRefresh: () => note('asked for a new signature'),
          onError: () => note('given up: the fallback'),
          onLoad: ({ stage }) => note(`seen, by ${stage}`),
        }),
        h('div', [
          h('h3', props.title),
          h('p', props.about),
          h(
            'ol',
            { 'aria-live': 'polite' },
            steps.value.map((step) => h('li', step)),
          ),
          h('button', { type: 'button', onClick: again }, 'Once more'),
        ]),
      ]);
  },
  { props: ['title', 'about', 'imageKey'] },
);
