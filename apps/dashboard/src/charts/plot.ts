import UPlot from 'uplot';
import { timeOfDay } from '../words/figures.js';
import type { Line } from './chart.js';
import type { Window } from './periods.js';

export interface PlotOptions {
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  readonly stacked: boolean;
  /** The data are exponents of ten. */
  readonly logarithmic: boolean;
  readonly window: () => Window;
  readonly data: UPlot.AlignedData;
  /** The point under the pointer, of any chart on the page. */
  readonly onPoint: (index: number | undefined) => void;
}

export interface Plot {
  update(data: UPlot.AlignedData): void;
  end(): void;
}

const HEIGHT = 168;
const DASHES: Readonly<Record<Line['look'], number[] | undefined>> = {
  line: undefined,
  area: undefined,
  dashed: [6, 4],
  dotted: [2, 3],
};

/** Draws lines into an element, as wide as that is, in the colours of the style sheet. */
export function plot(element: HTMLElement, options: PlotOptions): Plot {
  let { data } = options;
  let drawn = make();

  function make(): UPlot {
    return new UPlot(optionsOf(element, options), data, element);
  }
  const again = (): void => {
    drawn.destroy();
    drawn = make();
  };
  const sizes = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
  sizes.observe(element);
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', again);
  return {
    update(next) {
      data = next;
      drawn.setData(data);
    },
    end() {
      sizes.disconnect();
      scheme.removeEventListener('change', again);
      drawn.destroy();
    },
  };
}

function optionsOf(element: HTMLElement, options: PlotOptions): UPlot.Options {
  const { format, lines, logarithmic, onPoint, stacked, window } = options;
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--quiet'),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: colour('--grid'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'forebay', setSeries: false }, drag: { x: false, y: false }, y: false },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
    scales: {
      x: { time: true, range: () => [window().from, window().to] },
      y: { range: logarithmic ? powers : (_, __, high) => [0, stacked ? 1 : (high ?? 0) > 0 ? high * 1.1 : 1] },
    },
    axes: [
      { ...axis, size: 24, gap: 4, space: 70, values: (_, times) => times.map((time) => timeOfDay(time).slice(0, 5)) },
      {
        ...axis,
        size: 58,
        gap: 4,
        space: 34,
        values: (_, values) => values.map((value) => format(logarithmic ? 10 ** value : value)),
        ...(logarithmic ? { incrs: [1, 2, 3, 5] } : {}),
      },
    ],
    series: [
      {},
      ...lines.map(({ colour: name, look }): UPlot.Series => ({
        stroke: colour(name),
        width: 1.5,
        points: { size: 4 },
        ...(DASHES[look] === undefined ? {} : { dash: DASHES[look] }),
        ...(look === 'area' ? { fill: `${colour(name)}${stacked ? '59' : '26'}` } : {}),
      })),
    ],
    ...(stacked ? { bands: lines.slice(1).map((_, index): UPlot.Band => ({ series: [index + 2, index + 1] })) } : {}),
  };
}

/** Whole powers of ten around the values, which are exponents. */
function powers(_: UPlot, low: number | null, high: number | null): [number, number] {
  const least = Math.floor(low ?? 0);
  return [least, Math.max(least + 1, Math.ceil(high ?? 1))];
}
