import type { JobType } from 'bullmq';
import type { TaskFilter, TaskPage } from '../driver.js';
import { withoutErrors, type TaskRecord, type TaskStatus } from '../task.js';
import type { BatchProgress } from './batch-progress.js';
import type { Link } from './link.js';
import { recordOf } from './records.js';
import type { Revocations } from './revocations.js';
import { statusesOf, type Unfinished } from './unfinished.js';

/** Jobs of one state that are looked at for a list. */
const MOST_LISTED = 10_000;

/** Where tasks of each status can be; what is only sometimes one is looked at more closely. */
const places: Readonly<Record<TaskStatus, readonly JobType[]>> = {
  STARTED: ['active', 'waiting-children'],
  PENDING: ['waiting-children', 'waiting', 'prioritized', 'delayed'],
  RETRY: ['waiting', 'prioritized', 'delayed'],
  SUCCESS: ['completed'],
  FAILURE: ['failed'],
  REVOKED: [],
};
const everywhere: readonly JobType[] = [
  'active',
  'waiting-children',
  'waiting',
  'prioritized',
  'delayed',
  'completed',
  'failed',
];
const certain: ReadonlySet<JobType> = new Set<JobType>(['active', 'completed', 'failed']);

interface Found extends Unfinished {
  readonly state: JobType;
}

/** A page of tasks. Ids are listed first; only those of the page are read whole. */
export async function listTasks(
  { client, queues }: Link,
  revocations: Revocations,
  batches: BatchProgress,
  { queue: wanted, status, limit, offset }: TaskFilter,
): Promise<TaskPage> {
  const states = status === undefined ? everywhere : places[status];
  const found: Found[] = [];
  for (const [queue, jobs] of queues) {
    if (wanted !== undefined && wanted !== queue) continue;
    const lists = await Promise.all(states.map((state) => jobs.getRanges([state], 0, MOST_LISTED - 1, false)));
    for (const [index, ids] of lists.entries()) {
      const state = states[index] ?? 'waiting';
      const here = ids.map((id): Found => ({ queue, jobs, id, state }));
      if (status === undefined || certain.has(state)) {
        found.push(...here);
      } else {
        const statuses = await statusesOf(client, batches, here);
        found.push(...here.filter((_, position) => statuses[position] === status));
      }
    }
  }
  const revoked = (await revocations.all()).filter(({ queue }) => wanted === undefined || wanted === queue);
  // One that ran is still where BullMQ put it until its record is kept.
  const ids = new Set(revoked.map(({ taskId }) => taskId));
  const listed: (Found | TaskRecord)[] = found.filter(({ id }) => !ids.has(id));
  if (status === undefined || status === 'REVOKED') listed.push(...revoked);
  const page = await Promise.all(listed.slice(offset, offset + limit).map((each) => read(each, batches)));
  return { tasks: page.filter((record) => record !== undefined), total: listed.length };
}

async function read(found: Found | TaskRecord, batches: BatchProgress): Promise<TaskRecord | undefined> {
  if (!('jobs' in found)) return found;
  const job = await found.jobs.getJob(found.id);
  const record = job && (await recordOf(found.queue, job, found.state, batches));
  return record && withoutErrors(record);
}
