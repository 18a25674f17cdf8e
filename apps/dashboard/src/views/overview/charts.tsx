import { computed, defineComponent, ref } from 'vue';
import { Chart, type Line } from '../../charts/chart.js';
import { byteRate, errorRate, requestRate, tierShare, upstreamRate } from '../../charts/figures.js';
import { periods, windowOf, type Period } from '../../charts/periods.js';
import { useDesk } from '../../shell/desk.js';
import { bytes, ms, percent, rate } from '../../words/figures.js';
import { known, t } from '../../words/words.js';

const KEPT = 'forebay-period';

/** What happened lately, in four charts under one period. */
export const Charts = defineComponent({
  name: 'OverviewCharts',
  setup() {
    const { live } = useDesk();
    const period = ref<Period>(periods.find((name) => name === sessionStorage.getItem(KEPT)) ?? '5m');
    const window = computed(() => windowOf(period.value, live.past.value, live.overview.value?.at ?? ''));
    const tiers = computed(() => (live.overview.value?.tiers ?? []).map(({ name }) => name).join(' '));
    const hits = computed(() => tiers.value.split(' ').filter(Boolean).map(tierLine));
    const choose = (name: Period): void => {
      period.value = name;
      sessionStorage.setItem(KEPT, name);
    };
    return () => {
      const shared = { window: window.value, range: t(`chart.${period.value}`) };
      return (
        <section class="charts" aria-label={t('chart.range')}>
          <div class="periods" role="group" aria-label={t('chart.range')}>
            {periods.map((name) => (
              <button key={name} type="button" aria-pressed={name === period.value} onClick={() => choose(name)}>
                {t(`chart.${name}`)}
              </button>
            ))}
          </div>
          <Chart {...shared} title={t('chart.requests')} lines={REQUESTS} format={rate} />
          <Chart {...shared} title={t('chart.hits')} lines={hits.value} format={percent} stacked />
          <Chart {...shared} title={t('chart.latency')} lines={LATENCY} format={ms} logarithmic />
          <Chart {...shared} title={t('chart.bytes')} lines={BYTES} format={bytes} />
        </section>
      );
    };
  },
});

const REQUESTS: readonly Line[] = [
  { label: t('chart.served'), figure: requestRate, colour: '--line-1', look: 'area' },
  { label: t('chart.upstream'), figure: upstreamRate, colour: '--line-2', look: 'dashed' },
  { label: t('chart.errors'), figure: errorRate, colour: '--bad', look: 'line' },
];
const LATENCY: readonly Line[] = [
  { label: 'p50', figure: ({ p50_ms: value }) => value, colour: '--line-1', look: 'line' },
  { label: 'p90', figure: ({ p90_ms: value }) => value, colour: '--line-3', look: 'dashed' },
  { label: 'p99', figure: ({ p99_ms: value }) => value, colour: '--line-2', look: 'dotted' },
];
const BYTES: readonly Line[] = [{ label: t('chart.sent'), figure: byteRate, colour: '--line-1', look: 'area' }];

const TIER_COLOURS = ['--line-1', '--line-2', '--line-3'];

function tierLine(tier: string, index: number): Line {
  const word = `cache.${tier}`;
  return {
    label: known(word) ? t(word) : tier,
    figure: tierShare(tier),
    colour: TIER_COLOURS[index] ?? '--line-4',
    look: 'area',
  };
}
