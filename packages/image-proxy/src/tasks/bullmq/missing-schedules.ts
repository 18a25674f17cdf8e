import type { Schedule } from '../driver.js';
import { queueOf } from './lookup.js';
import type { Shared } from './shared.js';

/**
 * Those that are not there, although nobody revoked them: a Redis that does not persist has forgotten them when it comes
 * back, and so has one that was emptied.
 */
export async function missingSchedules(shared: Shared, schedules: readonly Schedule[]): Promise<readonly Schedule[]> {
  const missing = await Promise.all(
    schedules.map(async ({ id, task }) => {
      if ((await queueOf(shared, task.queue).getJobScheduler(id)) !== undefined) return false;
      return (await shared.revocations.get(id)) === undefined;
    }),
  );
  return schedules.filter((_, index) => missing[index]);
}
