import { computed, defineComponent, onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue';
import type UPlot from 'uplot';
import { NONE, timeOfDay } from '../words/figures.js';
import { t } from '../words/words.js';
import { ChartTable } from './chart-table.js';
import type { Figure } from './figures.js';
import type { Window } from './periods.js';
import { plot, type Plot } from './plot.js';

export interface Line {
  readonly label: string;
  readonly figure: Figure;
  /** A custom property of the style sheet. */
  readonly colour: string;
  readonly look: 'line' | 'dashed' | 'dotted' | 'area';
}

interface ChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly window: Window;
  readonly format: (value: number) => string;
  /** Areas stand upon each other, up to 1. */
  readonly stacked?: boolean;
  /** By powers of ten. */
  readonly logarithmic?: boolean;
  readonly range: string;
}

/** Lines over time. What they say is in words beside them, under the pointer or now, and in a table. */
export const Chart = defineComponent(
  (props: ChartProps) => {
    const canvas = ref<HTMLElement>();
    const under = shallowRef<number>();
    let drawn: Plot | undefined;

    const columns = computed(() => props.lines.map(({ figure }) => props.window.points.map((point) => figure(point))));
    const times = computed(() => props.window.points.map(({ at }) => Date.parse(at) / 1000));
    const data = computed((): UPlot.AlignedData => {
      if (props.stacked === true) return [times.value, ...stack(columns.value)];
      return [times.value, ...(props.logarithmic === true ? columns.value.map(exponents) : columns.value)];
    });
    const draw = (): void => {
      if (canvas.value === undefined) return;
      drawn?.end();
      drawn = plot(canvas.value, {
        lines: props.lines,
        format: props.format,
        stacked: props.stacked === true,
        logarithmic: props.logarithmic === true,
        window: () => props.window,
        data: data.value,
        onPoint: (index) => (under.value = index),
      });
    };
    onMounted(draw);
    onBeforeUnmount(() => drawn?.end());
    watch(data, (now) => drawn?.update(now));
    // Tiers come and go with the configuration.
    watch(() => props.lines.map(({ label }) => label).join('\n'), draw, { flush: 'post' });

    return () => {
      const { format, lines, range, title } = props;
      const index = under.value ?? props.window.points.length - 1;
      const said = (line: number): string => {
        const value = columns.value[line]?.[index];
        return value === null || value === undefined ? NONE : format(value);
      };
      const values = lines.map(({ label }, line) => `${label} ${said(line)}`).join(', ');
      const at = under.value === undefined ? undefined : times.value[under.value];
      return (
        <figure class="panel chart">
          <figcaption>
            <h3>{title}</h3>
            <span class="at">{at === undefined ? '' : timeOfDay(at)}</span>
          </figcaption>
          <ul class="legend" aria-hidden="true">
            {lines.map(({ colour, label, look }, line) => (
              <li key={label}>
                <i class={['swatch', look, colour.slice(2)]} />
                {label} <b>{said(line)}</b>
              </li>
            ))}
          </ul>
          <div class="canvas" role="img" aria-label={t('chart.summary', { title, range, values })}>
            <div ref={canvas} />
            {props.window.points.every(({ requests }) => requests === 0) && <p class="nothing">{t('chart.none')}</p>}
          </div>
          <ChartTable title={title} lines={lines} window={props.window} format={format} />
        </figure>
      );
    };
  },
  { name: 'LineChart', props: ['title', 'lines', 'window', 'format', 'stacked', 'logarithmic', 'range'] },
);

/** Each line with those before it below it. */
function stack(columns: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const below = (columns[0] ?? []).map(() => 0);
  return columns.map((column) =>
    column.map((value, index) => {
      if (value === null) return null;
      below[index] = (below[index] ?? 0) + value;
      return below[index];
    }),
  );
}

/** Of ten; what took no time at all is drawn as a microsecond. */
const exponents = (column: readonly (number | null)[]): (number | null)[] =>
  column.map((value) => (value === null ? null : Math.log10(Math.max(value, 1e-3))));
