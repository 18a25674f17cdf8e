import { defineComponent } from 'vue';
import type { Overview, Worker } from '../api/overview.js';
import { Mark, type Shape } from '../parts/mark.js';
import { panel } from '../parts/panel.js';
import { table, type Column } from '../parts/table.js';
import { useDesk } from '../shell/desk.js';
import { between, bytes, count, ms, NONE } from '../words/figures.js';
import { t } from '../words/words.js';

const SHAPES: Readonly<Record<Worker['state'], Shape>> = {
  starting: 'busy',
  ready: 'good',
  draining: 'off',
  hung: 'bad',
  restarting: 'warn',
  stopped: 'off',
};

interface WorkerTableProps {
  readonly overview: Overview;
  readonly short?: boolean;
}

export function workerTable({ overview, short = false }: WorkerTableProps) {
  const columns: (Column<Worker> & { readonly long?: boolean })[] = [
    { head: t('workers.name'), main: true, cell: ({ name }) => name },
    {
      head: t('workers.state'),
      cell: ({ state }) => (
        <span class="state">
          <Mark shape={SHAPES[state]} />
          {t(`worker.${state}`)}
        </span>
      ),
    },
    { head: t('workers.pid'), figure: true, long: true, cell: ({ pid }) => String(pid) },
    { head: t('workers.up'), figure: true, cell: (each) => between(each.started_at, overview.at) },
    { head: t('workers.delay'), figure: true, cell: (each) => ms(each.event_loop_delay_p99_ms) },
    { head: t('workers.memory'), figure: true, cell: (each) => sized(each.rss_bytes) },
    { head: t('workers.heap'), figure: true, long: true, cell: (each) => sized(each.heap_used_bytes) },
    { head: t('workers.restarts'), figure: true, long: true, cell: ({ restarts }) => count(restarts) },
  ];
  return table({
    caption: t('nav.workers'),
    columns: columns.filter(({ long }) => !short || long !== true),
    rows: overview.workers,
    id: ({ name }) => name,
    empty: t('workers.none'),
  });
}

const sized = (value: number | null): string => (value === null ? NONE : bytes(value));

/** The processes that serve. */
export const Workers = defineComponent({
  name: 'WorkersSection',
  setup() {
    const { live } = useDesk();
    return () => {
      const overview = live.overview.value;
      if (overview === undefined) return null;
      const restarts = <span class="quiet-text">{t('workers.all-restarts', { count: overview.worker_restarts })}</span>;
      return panel({ title: t('nav.workers'), beside: restarts }, workerTable({ overview }));
    };
  },
});
