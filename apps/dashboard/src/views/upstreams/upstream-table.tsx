import type { VNodeChild } from 'vue';
import type { Overview, Upstream } from '../../api/overview.js';
import { Mark } from '../../parts/mark.js';
import { Meter } from '../../parts/meter.js';
import { SparkLine } from '../../parts/spark-line.js';
import { table, type Column } from '../../parts/table.js';
import { count, duration, ms, NONE, percent, rate } from '../../words/figures.js';
import { t } from '../../words/words.js';
import { shareOf, stateOf, whyOf } from './upstream-state.js';

interface UpstreamTableProps {
  readonly overview: Overview;
  /** Without the columns that take time to read. */
  readonly short?: boolean;
  readonly buttons?: (upstream: Upstream) => VNodeChild;
}

export function upstreamTable({ buttons, overview, short = false }: UpstreamTableProps) {
  const { at, upstreams } = overview;
  const columns: (Column<Upstream> & { readonly long?: boolean })[] = [
    { head: t('upstream.name'), main: true, cell: (each) => nameCell(each, upstreams, short) },
    { head: t('upstream.state'), cell: (each) => stateCell(each, short) },
    { head: t(short ? 'upstream.share' : 'upstream.weight'), cell: (each) => weightCell(each, upstreams, short) },
    { head: t('upstream.time'), cell: timeCell },
    { head: t('upstream.flight'), figure: true, long: true, cell: (each) => count(each.in_flight) },
    { head: t('upstream.calls'), figure: true, cell: (each) => count(each.calls_last_minute) },
    { head: t('upstream.failures'), figure: true, cell: failures },
    { head: t('upstream.trial'), long: true, cell: (each) => trial(each, at) },
    ...(buttons === undefined ? [] : [{ head: t('upstream.actions'), buttons: true, long: true, cell: buttons }]),
  ];
  return table({
    caption: t('nav.upstreams'),
    columns: columns.filter(({ long }) => !short || long !== true),
    rows: upstreams,
    id: ({ group, name }) => `${group} ${name}`,
    empty: t('upstream.none'),
  });
}

function nameCell(upstream: Upstream, all: readonly Upstream[], short: boolean) {
  const { group, name, priority, url } = upstream;
  const several = all.some((each) => each.group === group && each.priority !== priority);
  return (
    <div class="two">
      <span title={url}>{name}</span>
      <small>{several && !short ? `${group} · ${t('upstream.priority', { value: priority })}` : group}</small>
    </div>
  );
}

function stateCell(upstream: Upstream, short: boolean) {
  const { shape, word } = stateOf(upstream);
  const { last_error: error } = upstream;
  return (
    <div class="two">
      <span class="state">
        <Mark shape={shape} />
        {t(word)}
      </span>
      {!short && error !== null && <small>{t('upstream.last-error', { error })}</small>}
    </div>
  );
}

function weightCell(upstream: Upstream, all: readonly Upstream[], short: boolean) {
  const share = shareOf(upstream, all);
  return (
    <div class="two">
      <span class="measured">
        <Meter part={share} label={percent(share)} />
        {percent(share)}
      </span>
      {!short && (
        <small>
          {rate(upstream.weight_in_force)}: {whyOf(upstream)}
        </small>
      )}
    </div>
  );
}

const timeCell = ({ response_time_ms: time, response_times_ms: times }: Upstream) => (
  <span class="measured">
    <SparkLine values={times} />
    {times.some((value) => value !== null) && ms(time)}
  </span>
);

const failures = ({ failures_last_minute: failed }: Upstream) => (
  <span class={failed > 0 ? 'alarming' : undefined}>{count(failed)}</span>
);

function trial({ next_retry_at: next }: Upstream, now: string): string {
  if (next === null) return NONE;
  const left = Date.parse(next) - Date.parse(now);
  return left > 500 ? t('upstream.in', { duration: duration(left) }) : t('upstream.soon');
}
