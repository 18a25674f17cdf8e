import { defineComponent, ref } from 'vue';
import { call } from '../../api/call.js';
import type { CachedKey, KeyPage } from '../../api/listings.js';
import { listed } from '../../parts/listed.js';
import { panel } from '../../parts/panel.js';
import { table } from '../../parts/table.js';
import { useDesk } from '../../shell/desk.js';
import { useListing } from '../../shell/listing.js';
import { bytes, count, duration, NONE } from '../../words/figures.js';
import { t } from '../../words/words.js';
import { tierName } from './tier-table.js';

const PAGE = 25;
const MOST = 1000;
const EVERY = 10_000;

/** Keys of the cache, searched by what they contain, and purged one by one or by prefix. */
export const KeyList = defineComponent({
  name: 'KeyList',
  setup() {
    const desk = useDesk();
    const typed = ref('');
    const sought = ref('');
    const limit = ref(PAGE);
    const keys = useListing(() => {
      const query = new URLSearchParams({ limit: String(limit.value) });
      if (sought.value !== '') query.set('q', sought.value);
      return call<KeyPage>('GET', `/cache/${sought.value === '' ? 'keys' : 'search'}?${query.toString()}`);
    }, EVERY);
    const search = (event: Event): void => {
      event.preventDefault();
      sought.value = typed.value;
      limit.value = PAGE;
      void keys.refresh();
    };
    const showMore = (): void => {
      limit.value = Math.min(MOST, limit.value * 2);
      void keys.refresh();
    };
    const purge = async (selection: { keys: string[] } | { prefix: string }): Promise<void> => {
      await desk.act(
        () => call<{ purged: number }>('POST', '/cache/purge', selection),
        ({ purged }) => t('cache.purged', { count: purged }),
      );
      await keys.refresh();
    };
    const purgeOne = async (key: string): Promise<void> => {
      const title = t('cache.purge.one', { key });
      const sure = await desk.ask({ title, body: t('cache.purge.one.body'), go: t('cache.purge'), danger: true });
      if (sure !== undefined) await purge({ keys: [key] });
    };
    const purgePrefix = async (): Promise<void> => {
      const prefix = await desk.ask({
        title: t('cache.purge.title'),
        body: t('cache.purge.body'),
        go: t('cache.purge'),
        danger: true,
        field: { label: t('cache.purge.label'), value: '', type: 'text' },
      });
      if (prefix !== undefined && prefix !== '') await purge({ prefix });
    };

    return () => {
      const shown = keys.data.value;
      return panel(
        {
          title: t('cache.find'),
          beside: (
            <button type="button" onClick={() => void purgePrefix()}>
              {t('cache.purge.prefix')}
            </button>
          ),
        },
        <form class="filters" role="search" onSubmit={search}>
          <label class="field">
            {t('cache.find.label')}
            <input
              type="search"
              maxlength={4096}
              value={typed.value}
              onInput={(event) => (typed.value = (event.target as HTMLInputElement).value)}
            />
          </label>
          <button>{t('cache.find.go')}</button>
          {shown && (
            <span class="quiet-text" role="status">
              {t('cache.find.count', { shown: count(shown.keys.length), total: count(shown.total) })}
            </span>
          )}
        </form>,
        listed(keys, ({ keys: found, total }) => [
          keyTable(found, sought.value !== '', desk.live.overview.value?.at ?? '', (key) => void purgeOne(key)),
          found.length < Math.min(total, MOST) && (
            <button type="button" class="quiet" onClick={showMore}>
              {t('cache.more')}
            </button>
          ),
        ]),
      );
    };
  },
});

const keyTable = (keys: readonly CachedKey[], searched: boolean, now: string, purge: (key: string) => void) =>
  table<CachedKey>({
    caption: t('cache.find'),
    rows: keys,
    id: ({ key }) => key,
    empty: t(searched ? 'cache.find.none' : 'cache.find.empty'),
    columns: [
      { head: t('cache.key'), main: true, cell: ({ key }) => <code class="key">{key}</code> },
      { head: t('cache.type'), cell: (each) => each.content_type ?? NONE },
      { head: t('cache.size'), figure: true, cell: (each) => bytes(each.size_bytes) },
      { head: t('cache.tiers'), cell: ({ tiers }) => tiers.map(tierName).join(', ') },
      { head: t('cache.expires'), figure: true, cell: (each) => expiry(each, now) },
      {
        head: t('upstream.actions'),
        buttons: true,
        cell: ({ key }) => (
          <button type="button" aria-label={`${t('cache.purge')} ${key}`} onClick={() => purge(key)}>
            {t('cache.purge')}
          </button>
        ),
      },
    ],
  });

function expiry({ expires_at: at }: CachedKey, now: string): string {
  const left = Date.parse(at) - Date.parse(now);
  return left > 0 ? t('upstream.in', { duration: duration(left) }) : t('cache.expired');
}
