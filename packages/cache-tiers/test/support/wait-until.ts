import { setTimeout as pause } from 'node:timers/promises';

/** Polls until the condition gives something truthy, and gives that back; fails loudly when it does not in time. */
export const waitUntil = async <T>(
  what: string,
  condition: () => T | Promise<T>,
  { within = 10_000, every = 20 }: { within?: number; every?: number } = {},
): Promise<NonNullable<T>> => {
  const end = Date.now() + within;
  for (;;) {
    let problem: unknown;
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${within} ms`, { cause: problem });
    await pause(every);
  }
};
