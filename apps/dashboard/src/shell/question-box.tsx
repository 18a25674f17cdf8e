import { defineComponent, nextTick, ref, watch } from 'vue';
import { t } from '../words/words.js';
import { useDesk } from './desk.js';

/** The one dialog of the page: it holds the focus, and Escape calls it off. */
export const QuestionBox = defineComponent({
  name: 'QuestionBox',
  setup() {
    const { shown } = useDesk();
    const dialog = ref<HTMLDialogElement>();
    const given = ref('');
    watch(
      () => shown.asked,
      (asked) => {
        given.value = asked?.field?.value ?? '';
        void nextTick(() => {
          if (asked !== undefined && dialog.value?.open === false) dialog.value.showModal();
          dialog.value?.querySelector<HTMLElement>('input, .calm')?.focus();
        });
      },
    );
    const submit = (event: Event): void => {
      event.preventDefault();
      shown.asked?.answer(given.value);
    };
    return () => {
      const { asked } = shown;
      if (asked === undefined) return null;
      const { body, danger, field, go, title } = asked;
      return (
        <dialog ref={dialog} class="question" aria-labelledby="question-title" onClose={() => asked.answer(undefined)}>
          <form onSubmit={submit}>
            <h2 id="question-title">{title}</h2>
            <p>{body}</p>
            {field && (
              <label class="field">
                {field.label}
                <input
                  type={field.type}
                  value={given.value}
                  required
                  {...(field.type === 'number' ? { min: '0.01', max: '1000000', step: 'any' } : { maxlength: 4096 })}
                  onInput={(event) => (given.value = (event.target as HTMLInputElement).value)}
                />
              </label>
            )}
            <div class="buttons">
              <button type="button" class="calm" onClick={() => asked.answer(undefined)}>
                {t('ask.cancel')}
              </button>
              <button class={danger === true ? 'danger' : 'main'}>{go}</button>
            </div>
          </form>
        </dialog>
      );
    };
  },
});
