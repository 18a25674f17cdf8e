import { afterEach } from 'vitest';
import { Origin } from './origin.js';

/** What a test has started and must end: ended after it, the latest first. Call it at the top of a file. */
export function endsAfterEach(): { push: (end: () => Promise<unknown>) => void; origin: () => Promise<Origin> } {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });
  return {
    push: (end) => void ends.push(end),
    async origin() {
      const started = await Origin.start();
      ends.push(() => started.die());
      return started;
    },
  };
}
