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
    preRefresh: async ({ signal }) => ({ ...(await images.refreshDue({ signal })) }),
    cleanUp: async () => ({ ...(await images.cleanUp()) }),
  };
}
