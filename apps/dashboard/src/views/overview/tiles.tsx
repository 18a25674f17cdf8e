import { defineComponent } from 'vue';
import type { Overview } from '../../api/overview.js';
import { summarise } from '../../charts/figures.js';
import { useDesk } from '../../shell/desk.js';
import { bytes, count, ms, NONE, percent, rate } from '../../words/figures.js';
import { t } from '../../words/words.js';

interface TilesProps {
  readonly overview: Overview;
}

/** The last minute in six figures. */
export const Tiles = defineComponent(
  (props: TilesProps) => {
    const { live } = useDesk();
    return () => {
      const minute = summarise(live.past.value.seconds.slice(-60));
      const { in_flight: inFlight, totals } = props.overview;
      const per = (value: number): number => value / Math.max(1, minute.seconds);
      const some = minute.requests > 0;
      return (
        <dl class="tiles">
          {tile(
            t('tile.requests'),
            `${rate(per(minute.requests))}/s`,
            t('tile.total', { value: count(totals.requests) }),
          )}
          {tile(t('tile.hit-rate'), percent(minute.hitRate), t('tile.last-minute'))}
          {tile(
            t('tile.latency'),
            ms(minute.p99),
            some ? t('tile.median', { value: ms(minute.p50) }) : t('tile.last-minute'),
          )}
          {tile(t('tile.bytes'), `${bytes(per(minute.bytes))}/s`, t('tile.total', { value: bytes(totals.bytes) }))}
          {tile(
            t('tile.errors'),
            count(minute.errors),
            some ? t('tile.of-requests', { value: percent(minute.errors / minute.requests) }) : t('tile.last-minute'),
            minute.errors > 0,
          )}
          {tile(t('tile.in-flight'), count(inFlight), t('tile.now'))}
        </dl>
      );
    };
  },
  { name: 'OverviewTiles', props: ['overview'] },
);

const tile = (name: string, value: string, beside: string, alarming = false) => (
  <div class={['tile', alarming && 'alarming']}>
    <dt>{name}</dt>
    <dd>
      <strong>{value === '' ? NONE : value}</strong>
      <span>{beside}</span>
    </dd>
  </div>
);
