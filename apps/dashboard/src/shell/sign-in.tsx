import { defineComponent, nextTick, onMounted, ref } from 'vue';
import { call, CallError } from '../api/call.js';
import { t } from '../words/words.js';
import { describe, useDesk } from './desk.js';

/** Asks for the API key once the session has ended. The browser keeps a cookie then, which no script can read. */
export const SignIn = defineComponent({
  name: 'SignIn',
  setup() {
    const { live } = useDesk();
    const key = ref('');
    const problem = ref('');
    const busy = ref(false);
    const field = ref<HTMLInputElement>();
    onMounted(() => void nextTick(() => field.value?.focus()));

    async function submit(event: Event): Promise<void> {
      event.preventDefault();
      busy.value = true;
      problem.value = '';
      try {
        await call('POST', '/api/v1/session', { api_key: key.value });
        key.value = '';
        live.connect();
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        problem.value = messageOf(error);
        field.value?.select();
      } finally {
        busy.value = false;
      }
    }
    return () => (
      <form class="sign-in panel" aria-labelledby="sign-in-title" onSubmit={(event) => void submit(event)}>
        <h2 id="sign-in-title">{t('sign-in.title')}</h2>
        <p>{t('sign-in.why')}</p>
        <label class="field">
          {t('sign-in.key')}
          <input
            ref={field}
            type="password"
            autocomplete="current-password"
            required
            value={key.value}
            onInput={(event) => (key.value = (event.target as HTMLInputElement).value)}
          />
        </label>
        <button class="main" disabled={busy.value}>
          {t('sign-in.go')}
        </button>
        <p role="alert" class="problem">
          {problem.value}
        </p>
      </form>
    );
  },
});

function messageOf(error: CallError): string {
  if (error.status === 401) return t('sign-in.wrong');
  return error.status === 429 ? t('sign-in.wait') : describe(error);
}
