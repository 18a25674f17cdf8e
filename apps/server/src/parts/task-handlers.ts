import type { SignedImages } from '@forebay/image-proxy/signed-images';
import type { TaskHandlers } from '@forebay/image-proxy/tasks';
import type { Config } from '../config/config.js';

/** Tasks are about signed images; without a store there are none. */
export const hasTasks = ({ store }: Config): boolean => store.endpoint !== undefined;

/** What tasks need of signed images. */
export type TaskImages = Pick<SignedImages, 'refresh' | 'refreshDue' | 'cleanUp'>;

/**
 * What tasks do with signed images. The store confirms each new URL, so that a key that does not exist fails its task;
 * results tell times and counts, never a URL.
 */
export function taskHandlers(images: TaskImages, { signedImages: { lifetime, refreshBefore } }: Config): TaskHandlers {
  return {
    async refresh(imageKey, { force, signal }) {
      // What is not due yet will do, unless it is to be signed anew in any case.
      const minAge = force ? 0 : Math.max(0, lifetime - refreshBefore);
      const { expiresAt, refreshAt } = await images.refresh(imageKey, { verify: true, minAge, signal });
      return {
        image_key: imageKey,
        expires_at: new Date(expiresAt).toISOString(),
        refresh_at: new Date(refreshAt).toISOString(),
      };
    },
    preRefresh: ({ signal }) => refreshAllDue(images, signal),
    cleanUp: async () => ({ ...(await images.cleanUp()) }),
  };
}

/** Goes on until nothing is left that was due. @throws {Error} when there was something, and none of it could be refreshed */
async function refreshAllDue(images: TaskImages, signal: AbortSignal): Promise<{ refreshed: number; failed: number }> {
  const sum = { refreshed: 0, failed: 0 };
  for (;;) {
    const { refreshed, failed } = await images.refreshDue({ signal });
    sum.refreshed += refreshed;
    sum.failed += failed;
    // What failed is left alone for a while and is not due again at once.
    if (refreshed === 0) break;
  }
  if (sum.refreshed === 0 && sum.failed > 0) throw new Error(`none of ${sum.failed} URLs could be refreshed`);
  return sum;
}
