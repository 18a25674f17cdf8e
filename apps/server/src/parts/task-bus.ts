import {
  isTaskError,
  TaskError,
  TasksUnavailableError,
  type NewTask,
  type Order,
  type QueueStats,
  type Schedule,
  type TaskFilter,
  type TaskPage,
  type TaskQueues,
  type TaskRecord,
} from '@forebay/image-proxy/tasks';
import { topic, type Bus, type Topic } from '../process/messages.js';

/** Longer than a question to the queues may take where they are in the primary's memory. Milliseconds. */
const PATIENCE = 5000;

/** What can be asked over the bus: the methods of the queues, with what goes in and what comes out. */
interface Questions {
  readonly enqueue: { readonly asked: NewTask; readonly told: TaskRecord };
  readonly get: { readonly asked: string; readonly told: TaskRecord | undefined };
  readonly orderOf: { readonly asked: string; readonly told: Order | undefined };
  readonly list: { readonly asked: TaskFilter; readonly told: TaskPage };
  readonly active: { readonly asked: null; readonly told: readonly TaskRecord[] };
  readonly stats: { readonly asked: null; readonly told: readonly QueueStats[] };
  readonly revoke: { readonly asked: string; readonly told: TaskRecord };
  readonly schedule: { readonly asked: Schedule; readonly told: TaskRecord };
  readonly unschedule: { readonly asked: string; readonly told: boolean };
}

/** An error would lose its code on the way. */
type Told<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly message: string };

type QuestionTopics = {
  readonly [Name in keyof Questions]: Topic<Questions[Name]['asked'], Told<Questions[Name]['told']>>;
};

/** Worker to primary, where the queues are in its memory. */
const questions: QuestionTopics = {
  enqueue: topic('task-enqueue'),
  get: topic('task-get'),
  orderOf: topic('task-order'),
  list: topic('task-list'),
  active: topic('task-active'),
  stats: topic('task-queue-stats'),
  revoke: topic('task-revoke'),
  schedule: topic('task-schedule'),
  unschedule: topic('task-unschedule'),
};

/** The primary's queues, from a worker. */
export function busQueues(bus: Bus): TaskQueues {
  async function ask<Asked, Value>(question: Topic<Asked, Told<Value>>, asked: Asked): Promise<Value> {
    const [reply] = await bus.ask(question, asked, { to: 'primary', timeout: PATIENCE });
    if (reply?.ok !== true) throw new TasksUnavailableError();
    const told = reply.value;
    if (told.ok) return told.value;
    throw new TaskError(told.code, told.message);
  }
  return {
    enqueue: (task) => ask(questions.enqueue, task),
    get: (taskId) => ask(questions.get, taskId),
    orderOf: (taskId) => ask(questions.orderOf, taskId),
    list: (filter) => ask(questions.list, filter),
    active: () => ask(questions.active, null),
    stats: () => ask(questions.stats, null),
    revoke: (taskId) => ask(questions.revoke, taskId),
    schedule: (schedule) => ask(questions.schedule, schedule),
    unschedule: (id) => ask(questions.unschedule, id),
  };
}

/** Answers for the queues; returns what ends it. */
export function answerForQueues(bus: Bus, queues: TaskQueues): () => void {
  function answer<Asked, Value>(
    question: Topic<Asked, Told<Value>>,
    find: (asked: Asked) => Promise<Value>,
  ): () => void {
    return bus.handle(question, (asked) =>
      find(asked).then(
        (value): Told<Value> => ({ ok: true, value }),
        (error: unknown): Told<Value> => {
          if (!isTaskError(error)) throw error;
          return { ok: false, code: error.code, message: error.message };
        },
      ),
    );
  }
  const ends = [
    answer(questions.enqueue, (task) => queues.enqueue(task)),
    answer(questions.get, (taskId) => queues.get(taskId)),
    answer(questions.orderOf, (taskId) => queues.orderOf(taskId)),
    answer(questions.list, (filter) => queues.list(filter)),
    answer(questions.active, () => queues.active()),
    answer(questions.stats, () => queues.stats()),
    answer(questions.revoke, (taskId) => queues.revoke(taskId)),
    answer(questions.schedule, (schedule) => queues.schedule(schedule)),
    answer(questions.unschedule, (id) => queues.unschedule(id)),
  ];
  return () => {
    for (const end of ends) end();
  };
}
