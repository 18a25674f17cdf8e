import { defineComponent, ref } from 'vue';
import { call, path } from '../../api/call.js';
import type { Session, SessionPage, Transfer } from '../../api/listings.js';
import { listed } from '../../parts/listed.js';
import { Mark } from '../../parts/mark.js';
import { panel } from '../../parts/panel.js';
import { table } from '../../parts/table.js';
import { useDesk } from '../../shell/desk.js';
import { useListing } from '../../shell/listing.js';
import { between, bytes, count } from '../../words/figures.js';
import { t } from '../../words/words.js';
import { sessionTable, viewerOf } from './session-table.js';

const EVERY = 2000;
/** Sessions asked for at once. */
const MOST = 500;
/** Rows shown at once. */
const SHOWN = 100;

/** Who watches what, and what is being sent. */
export const Streams = defineComponent({
  name: 'StreamsSection',
  setup() {
    const desk = useDesk();
    const sought = ref('');
    const sessions = useListing(() => call<SessionPage>('GET', `/api/v1/hls/sessions?limit=${MOST}`), EVERY);
    const transfers = useListing(() => call<{ transfers: Transfer[] }>('GET', '/api/v1/hls/transfers'), EVERY);
    const now = (): string => desk.live.overview.value?.at ?? new Date().toISOString();

    async function end(session: Session): Promise<void> {
      const viewer = viewerOf(session);
      const title = t('streams.end.title', { viewer });
      const sure = await desk.ask({ title, body: t('streams.end.body'), go: t('streams.end'), danger: true });
      if (sure === undefined) return;
      await desk.act(
        () => call('DELETE', path`/api/v1/hls/sessions/${session.id}`),
        () => t('streams.ended', { viewer }),
      );
      await sessions.refresh();
    }
    const find = (
      <label class="field">
        {t('streams.find')}
        <input type="search" onInput={(event: Event) => (sought.value = (event.target as HTMLInputElement).value)} />
      </label>
    );
    return () => [
      panel(
        { title: t('streams.sessions') },
        listed(
          sessions,
          ({ sessions: all, state, total }) => {
            const found = all.filter((session) => matches(session, sought.value));
            return [
              state === 'lost' && (
                <p class="problem">
                  <Mark shape="warn" />
                  {t('streams.lost')}
                </p>
              ),
              <div class="filters">
                {find}
                <span class="quiet-text" role="status">
                  {t('streams.count', { shown: count(Math.min(SHOWN, found.length)), total: count(total) })}
                </span>
              </div>,
              sessionTable(found.slice(0, SHOWN), {
                now: now(),
                searched: all.length > 0,
                end: (one) => void end(one),
              }),
            ];
          },
          'streams.off',
        ),
      ),
      panel(
        { title: t('streams.transfers') },
        listed(
          transfers,
          ({ transfers: all }) =>
            table<Transfer>({
              caption: t('streams.transfers'),
              rows: all.slice(0, SHOWN),
              id: ({ id }) => id,
              empty: t('streams.transfers.none'),
              columns: [
                { head: t('streams.path'), main: true, cell: (each) => <code class="key">{each.path}</code> },
                { head: t('streams.bytes'), figure: true, cell: (each) => bytes(each.bytes) },
                { head: t('streams.started'), figure: true, cell: (each) => between(each.started_at, now()) },
              ],
            }),
          'streams.off',
        ),
      ),
    ];
  },
});

const matches = ({ address, stream, uid }: Session, sought: string): boolean =>
  [address, stream, uid ?? t('streams.anonymous')].some((text) => text.toLowerCase().includes(sought.toLowerCase()));
