import type { Session } from '../../api/listings.js';
import { table } from '../../parts/table.js';
import { between, bytes } from '../../words/figures.js';
import { t } from '../../words/words.js';

export const viewerOf = ({ address, uid }: Session): string => uid ?? `${t('streams.anonymous')}, ${address}`;

interface SessionTableOptions {
  readonly now: string;
  readonly searched: boolean;
  readonly end: (session: Session) => void;
}

export const sessionTable = (sessions: readonly Session[], { end, now, searched }: SessionTableOptions) =>
  table<Session>({
    caption: t('streams.sessions'),
    rows: sessions,
    id: ({ id }) => id,
    empty: t(searched ? 'streams.none.found' : 'streams.none'),
    columns: [
      {
        head: t('streams.viewer'),
        main: true,
        cell: ({ address, uid }) => (
          <div class="two">
            <span>{uid ?? t('streams.anonymous')}</span>
            <small>{address}</small>
          </div>
        ),
      },
      { head: t('streams.player'), cell: ({ browser, player }) => [player, browser].filter(Boolean).join(', ') },
      {
        head: t('streams.stream'),
        cell: ({ stream, variant }) => (
          <div class="two">
            <code class="key">{stream}</code>
            {variant !== null && variant !== stream && <small>{variant}</small>}
          </div>
        ),
      },
      { head: t('streams.bitrate'), figure: true, cell: ({ bitrate }) => `${(bitrate / 1e6).toFixed(1)} Mb/s` },
      { head: t('streams.bytes'), figure: true, cell: (each) => bytes(each.bytes) },
      { head: t('streams.started'), figure: true, cell: (each) => between(each.started_at, now) },
      { head: t('streams.seen'), figure: true, cell: (each) => between(each.last_seen_at, now) },
      {
        head: t('upstream.actions'),
        buttons: true,
        cell: (session) => (
          <button type="button" aria-label={`${t('streams.end')} ${viewerOf(session)}`} onClick={() => end(session)}>
            {t('streams.end')}
          </button>
        ),
      },
    ],
  });
