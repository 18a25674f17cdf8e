import { defineComponent } from 'vue';
import { Mark } from '../parts/mark.js';
import { t } from '../words/words.js';
import { useDesk } from './desk.js';

/** What was done, and what failed: said aloud as well. */
export const Toasts = defineComponent({
  name: 'PageToasts',
  setup() {
    const desk = useDesk();
    return () => (
      <div class="toasts" role="status" aria-live="polite">
        {desk.shown.toasts.map((toast) => (
          <div key={toast.id} class={['toast', toast.failed && 'failed']}>
            <Mark shape={toast.failed ? 'bad' : 'good'} />
            <span>{toast.text}</span>
            <button type="button" class="bare" aria-label={t('toast.close')} onClick={() => desk.dismiss(toast)}>
              ✕
            </button>
          </div>
        ))}
      </div>
    );
  },
});
