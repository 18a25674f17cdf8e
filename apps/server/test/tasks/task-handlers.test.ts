import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.js';
import { taskHandlers, type TaskImages } from '../../src/parts/task-handlers.js';

const { signal } = new AbortController();
const config = { signedImages: { lifetime: 3_600_000, refreshBefore: 900_000 } } as Config;

/** Images of which so many are due, as rounds of refreshes find them. */
function images(
  rounds: readonly { refreshed: number; failed: number }[],
): TaskImages & { readonly refreshes: unknown[] } {
  const left = [...rounds];
  const refreshes: unknown[] = [];
  return {
    refreshes,
    async refresh(key, { verify, minAge } = {}) {
      refreshes.push({ key, verify, minAge });
      const url = 'https://store.example/a.png?X-Amz-Signature=secret';
      return { key, url, signedAt: 0, refreshAt: 2_700_000, expiresAt: 3_600_000, fromCache: false };
    },
    refreshDue: async () => left.shift() ?? { refreshed: 0, failed: 0 },
    cleanUp: async () => ({ removed: 5 }),
  };
}

describe('the tasks of signed images', () => {
  it('have the store confirm, leave alone what is not due unless forced, and never tell the URL', async () => {
    const some = images([]);
    const handlers = taskHandlers(some, config);
    expect(await handlers.refresh('a.png', { force: false, signal })).toEqual({
      image_key: 'a.png',
      expires_at: '1970-01-01T01:00:00.000Z',
      refresh_at: '1970-01-01T00:45:00.000Z',
    });
    await handlers.refresh('a.png', { force: true, signal });
    expect(some.refreshes).toEqual([
      { key: 'a.png', verify: true, minAge: 2_700_000 },
      { key: 'a.png', verify: true, minAge: 0 },
    ]);
  });

  it('go on until nothing is due any more', async () => {
    const many = images([
      { refreshed: 1000, failed: 0 },
      { refreshed: 400, failed: 3 },
    ]);
    expect(await taskHandlers(many, config).preRefresh({ signal })).toEqual({ refreshed: 1400, failed: 3 });
  });

  it('fail when none of what is due can be refreshed', async () => {
    const down = taskHandlers(images([{ refreshed: 0, failed: 12 }]), config);
    await expect(down.preRefresh({ signal })).rejects.toThrow('none of 12 URLs');
    expect(await taskHandlers(images([]), config).preRefresh({ signal })).toEqual({ refreshed: 0, failed: 0 });
  });
});
