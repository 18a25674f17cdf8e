import { ms } from '../words/figures.js';
import { t } from '../words/words.js';

interface SparkLineProps {
  /** Oldest first; null where there is nothing. */
  readonly values: readonly (number | null)[];
}

const WIDTH = 120;
const HEIGHT = 24;
/** Points that the line is drawn with room for. */
const POINTS = 60;

/** A minute of response times. Gaps are gaps. */
export const SparkLine = ({ values }: SparkLineProps) => {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return <span class="nothing">{t('upstream.spark.none')}</span>;
  const high = Math.max(...known);
  const label = t('upstream.spark', { low: ms(Math.min(...known)), high: ms(high), last: ms(last) });
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <path d={pathOf(values, high)} />
    </svg>
  );
};

function pathOf(values: readonly (number | null)[], high: number): string {
  const from = POINTS - values.length;
  let drawing = false;
  return values
    .map((value, index) => {
      if (value === null) {
        drawing = false;
        return '';
      }
      const x = Math.round(((from + index) / (POINTS - 1)) * (WIDTH - 2) * 10) / 10 + 1;
      const y = Math.round((HEIGHT - 2 - (value / (high || 1)) * (HEIGHT - 4)) * 10) / 10;
      // A point alone is a short stroke.
      const command = drawing ? `L${x} ${y}` : `M${x} ${y}h.1`;
      drawing = true;
      return command;
    })
    .join('');
}
