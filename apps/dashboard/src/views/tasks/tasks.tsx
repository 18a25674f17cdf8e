import { defineComponent } from 'vue';
import { call } from '../../api/call.js';
import type { Queue } from '../../api/overview.js';
import { listed } from '../../parts/listed.js';
import { panel } from '../../parts/panel.js';
import { table } from '../../parts/table.js';
import { useListing } from '../../shell/listing.js';
import { count, percent } from '../../words/figures.js';
import { t } from '../../words/words.js';
import { TaskList } from './task-list.js';

/** The queues and what is in them. */
export const Tasks = defineComponent({
  name: 'TasksSection',
  setup() {
    const queues = useListing(() => call<{ queues: Queue[] }>('GET', '/api/v1/tasks/queue/stats'), 2000);
    return () => [
      panel(
        { title: t('tasks.queues') },
        listed(queues, ({ queues: all }) => queueTable(all), 'tasks.off'),
      ),
      queues.data.value !== undefined && <TaskList queues={queues.data.value.queues.map(({ queue }) => queue)} />,
    ];
  },
});

export const queueTable = (queues: readonly Queue[]) =>
  table<Queue>({
    caption: t('tasks.queues'),
    rows: queues,
    id: ({ queue }) => queue,
    empty: t('tasks.none'),
    columns: [
      { head: t('tasks.queue'), main: true, cell: ({ queue }) => queue },
      { head: t('tasks.waiting'), figure: true, cell: ({ depth }) => count(depth) },
      { head: t('tasks.running'), figure: true, cell: ({ active }) => count(active) },
      { head: t('tasks.delayed'), figure: true, cell: ({ delayed }) => count(delayed) },
      { head: t('tasks.workers'), figure: true, cell: ({ workers }) => count(workers) },
      { head: t('tasks.rate'), figure: true, cell: (each) => count(each.throughput_per_minute) },
      {
        head: t('tasks.failed'),
        figure: true,
        cell: ({ failed, failure_rate: share, succeeded }) => (
          <div class="two">
            <span class={failed > 0 ? 'alarming' : undefined}>{percent(share)}</span>
            <small>{t('tasks.failed.of', { failed: count(failed), all: count(failed + succeeded) })}</small>
          </div>
        ),
      },
    ],
  });
