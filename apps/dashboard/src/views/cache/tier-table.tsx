import type { VNodeChild } from 'vue';
import type { Overview, Tier } from '../../api/overview.js';
import { Mark } from '../../parts/mark.js';
import { Meter } from '../../parts/meter.js';
import { table, type Column } from '../../parts/table.js';
import { bytes, count, ms, NONE, percent } from '../../words/figures.js';
import { known, t } from '../../words/words.js';

interface TierTableProps {
  readonly overview: Overview;
  readonly short?: boolean;
  /** More about a tier's state than whether it answers. */
  readonly state?: (tier: Tier) => string | undefined;
  readonly buttons?: (tier: Tier) => VNodeChild;
}

export const tierName = (name: string): string => {
  const word = `cache.${name}`;
  return known(word) ? t(word) : name;
};

export function tierTable({ buttons, overview, short = false, state }: TierTableProps) {
  const columns: (Column<Tier> & { readonly long?: boolean })[] = [
    { head: t('cache.tier'), main: true, cell: ({ name }) => tierName(name) },
    { head: t('cache.state'), cell: (tier) => stateCell(tier, state?.(tier)) },
    { head: t('cache.size'), cell: sizeCell },
    { head: t('cache.entries'), figure: true, cell: entries },
    { head: t('cache.hit-rate'), figure: true, cell: (tier) => percent(hitRate(tier)) },
    {
      head: t('cache.latency'),
      figure: true,
      long: true,
      cell: (tier) => (tier.latency_ms === null ? NONE : ms(tier.latency_ms)),
    },
    { head: t('cache.hits'), figure: true, long: true, cell: ({ hits }) => count(hits) },
    { head: t('cache.misses'), figure: true, long: true, cell: ({ misses }) => count(misses) },
    { head: t('cache.evictions'), figure: true, long: true, cell: ({ evictions }) => count(evictions) },
    ...(buttons === undefined ? [] : [{ head: t('upstream.actions'), buttons: true, cell: buttons }]),
  ];
  return table({
    caption: t('nav.cache'),
    columns: columns.filter(({ long }) => !short || long !== true),
    rows: overview.tiers,
    id: ({ name }) => name,
    empty: t('cache.none'),
  });
}

const stateCell = ({ last_error: error, usable }: Tier, more: string | undefined) => (
  <div class="two">
    <span class="state">
      <Mark shape={usable ? 'good' : 'bad'} />
      {t(usable ? 'cache.answers' : 'cache.away')}
    </span>
    {!usable && error !== null && <small>{error}</small>}
    {more !== undefined && <small>{more}</small>}
  </div>
);

function sizeCell({ bytes: used, max_bytes: most }: Tier) {
  if (most === null) return t('cache.unbounded', { used: bytes(used) });
  return (
    <span class="measured">
      <Meter part={used / most} label={percent(used / most)} />
      {t('cache.of', { used: bytes(used), most: bytes(most) })}
    </span>
  );
}

const entries = ({ entries: used, max_entries: most }: Tier): string =>
  most === null ? count(used) : t('cache.of', { used: count(used), most: count(most) });

const hitRate = ({ hits, misses }: Tier): number | undefined =>
  hits + misses === 0 ? undefined : hits / (hits + misses);
