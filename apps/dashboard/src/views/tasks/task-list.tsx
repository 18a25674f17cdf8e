import { defineComponent, ref, type VNodeChild } from 'vue';
import { call, path } from '../../api/call.js';
import type { Task, TaskPage, TaskStatus } from '../../api/listings.js';
import { listed } from '../../parts/listed.js';
import { Mark, type Shape } from '../../parts/mark.js';
import { panel } from '../../parts/panel.js';
import { table } from '../../parts/table.js';
import { useDesk } from '../../shell/desk.js';
import { useListing } from '../../shell/listing.js';
import { count, moment, NONE } from '../../words/figures.js';
import { t } from '../../words/words.js';

interface TaskListProps {
  readonly queues: readonly string[];
}

const SHAPES: Readonly<Record<TaskStatus, Shape>> = {
  PENDING: 'off',
  STARTED: 'busy',
  RETRY: 'warn',
  SUCCESS: 'good',
  FAILURE: 'bad',
  REVOKED: 'off',
};
const STATUSES = Object.keys(SHAPES) as TaskStatus[];
const LIMIT = 50;

/** Tasks by queue and status; what failed can be retried, and what has not ended revoked. */
export const TaskList = defineComponent(
  (props: TaskListProps) => {
    const desk = useDesk();
    // Queues in Redis have a board besides; those in memory have none.
    const hasBoard = ref(false);
    call('GET', '/monitor/queues/api/queues')
      .then(() => (hasBoard.value = true))
      .catch(() => undefined);
    const queue = ref('');
    const status = ref('');
    const tasks = useListing(() => {
      const query = new URLSearchParams({ limit: String(LIMIT) });
      if (queue.value !== '') query.set('queue', queue.value);
      if (status.value !== '') query.set('status', status.value);
      return call<TaskPage>('GET', `/api/v1/tasks?${query.toString()}`);
    }, 2000);

    const retry = async (task: Task): Promise<void> => {
      await desk.act(
        () => call('POST', path`/api/v1/tasks/retry/${task.task_id}`),
        () => t('tasks.retried'),
      );
      await tasks.refresh();
    };
    const revoke = async (task: Task): Promise<void> => {
      const sure = await desk.ask({
        title: t('tasks.revoke.title'),
        body: t('tasks.revoke.body'),
        go: t('tasks.revoke'),
        danger: true,
      });
      if (sure === undefined) return;
      await desk.act(
        () => call('DELETE', path`/api/v1/tasks/revoke/${task.task_id}`),
        () => t('tasks.revoked'),
      );
      await tasks.refresh();
    };
    const choice = (label: string, value: typeof queue, options: readonly (readonly [string, string])[]) => (
      <label class="field">
        {label}
        <select
          value={value.value}
          onChange={(event) => {
            value.value = (event.target as HTMLSelectElement).value;
            void tasks.refresh();
          }}
        >
          <option value="">{t('tasks.any')}</option>
          {options.map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </select>
      </label>
    );
    const buttons = (task: Task) => {
      const doing = (word: 'tasks.retry' | 'tasks.revoke', act: (task: Task) => Promise<void>) => (
        <button type="button" aria-label={`${t(word)} ${task.task_id}`} onClick={() => void act(task)}>
          {t(word)}
        </button>
      );
      if (hasFailed(task)) return doing('tasks.retry', retry);
      return task.finished_at === null ? doing('tasks.revoke', revoke) : null;
    };
    return () =>
      panel(
        { title: t('tasks.list'), beside: hasBoard.value && <a href="/monitor/queues">{t('tasks.board')}</a> },
        <div class="filters">
          {choice(
            t('tasks.queue'),
            queue,
            props.queues.map((name) => [name, name]),
          )}
          {choice(
            t('tasks.status'),
            status,
            STATUSES.map((name) => [name, t(`task.${name}`)]),
          )}
          {tasks.data.value && (
            <span class="quiet-text" role="status">
              {t('tasks.count', { shown: count(tasks.data.value.tasks.length), total: count(tasks.data.value.total) })}
            </span>
          )}
        </div>,
        listed(tasks, ({ tasks: all }) => taskTable(all, buttons)),
      );
  },
  { name: 'TaskList', props: ['queues'] },
);

const taskTable = (tasks: readonly Task[], buttons: (task: Task) => VNodeChild) =>
  table<Task>({
    caption: t('tasks.list'),
    rows: tasks,
    id: ({ task_id: id }) => id,
    empty: t('tasks.none'),
    columns: [
      { head: t('tasks.id'), main: true, cell: (task) => <code class="key">{task.task_id}</code> },
      { head: t('tasks.queue'), cell: (task) => task.queue },
      {
        head: t('tasks.status'),
        cell: ({ error, progress, status }) => (
          <div class="two">
            <span class="state">
              <Mark shape={SHAPES[status]} />
              {t(`task.${status}`)}
              {status === 'STARTED' && progress > 0 && ` ${progress} %`}
            </span>
            {error !== null && <small>{error}</small>}
          </div>
        ),
      },
      { head: t('tasks.attempts'), figure: true, cell: (task) => count(task.attempts) },
      { head: t('tasks.created'), cell: (task) => moment(task.created_at) },
      { head: t('tasks.finished'), cell: (task) => (task.finished_at === null ? NONE : moment(task.finished_at)) },
      { head: t('upstream.actions'), buttons: true, cell: (task) => buttons(task) },
    ],
  });

/** Whether there is something that could be run once more: a batch that has ended may hold keys that failed. */
function hasFailed({ queue, result, status }: Task): boolean {
  if (queue !== 'batch') return status === 'FAILURE';
  return typeof result === 'object' && result !== null && 'failed' in result && Number(result.failed) > 0;
}
