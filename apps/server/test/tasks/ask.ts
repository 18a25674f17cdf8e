import { eventually, type Forebay, type Reply } from '../support/forebay.js';

export const post = (node: Forebay, path: string, body: unknown): Promise<Reply> =>
  node.ask(`/api/v1/tasks/${path}`, { method: 'POST', body: JSON.stringify(body) });

export const revoke = (node: Forebay, taskId: string): Promise<Reply> =>
  node.ask(`/api/v1/tasks/revoke/${taskId}`, { method: 'DELETE' });

/** The task that an answer told of, once it has ended. */
export async function ended(node: Forebay, { status, json }: Reply): Promise<Record<string, unknown>> {
  if (status !== 202) throw new Error(`not accepted: ${JSON.stringify(json())}`);
  const path = `/api/v1/tasks/status/${String(json()['task_id'])}`;
  const task = await eventually(
    () => node.ask(path),
    (reply) => reply.json()['finished_at'] !== null,
    'the task has ended',
  );
  return task.json();
}
