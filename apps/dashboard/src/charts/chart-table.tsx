import { defineComponent, ref } from 'vue';
import { table } from '../parts/table.js';
import { NONE, moment } from '../words/figures.js';
import { t } from '../words/words.js';
import type { Line } from './chart.js';
import type { Point } from '../api/overview.js';
import type { Window } from './periods.js';

interface ChartTableProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly window: Window;
  readonly format: (value: number) => string;
}

/** Rows at most: what is closer together is left out. */
const MOST_ROWS = 60;

/** The figures behind a chart, latest first; made only once they are asked for. */
export const ChartTable = defineComponent(
  (props: ChartTableProps) => {
    const open = ref(false);
    return () => (
      <details onToggle={(event) => (open.value = (event.currentTarget as HTMLDetailsElement).open)}>
        <summary>{t('chart.table')}</summary>
        {open.value && (
          <div class="scroll" tabindex="0" role="region" aria-label={props.title}>
            {table<Point>({
              caption: props.title,
              rows: thinned(props.window.points),
              id: ({ at }) => at,
              empty: t('chart.none'),
              columns: [
                { head: t('chart.time'), main: true, cell: ({ at }) => moment(at) },
                ...props.lines.map(({ figure, label }) => ({
                  head: label,
                  figure: true,
                  cell: (point: Point) => {
                    const value = figure(point);
                    return value === null ? NONE : props.format(value);
                  },
                })),
              ],
            })}
          </div>
        )}
      </details>
    );
  },
  { name: 'ChartTable', props: ['title', 'lines', 'window', 'format'] },
);

function thinned(points: readonly Point[]): Point[] {
  const step = Math.ceil(points.length / MOST_ROWS);
  return points.toReversed().filter((_, index) => index % step === 0);
}
