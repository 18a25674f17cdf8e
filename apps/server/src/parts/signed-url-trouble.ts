import { messageOf } from '../errors.js';
import type { Logger } from '../log/logger.js';

/** Between two lines about the same kind of trouble: with a store or a book away, every key has it. ms */
const PAUSE = 10_000;

/** Logs what goes wrong with signed URLs behind the scenes, a line of each kind every ten seconds and how many there were not. */
export function logSignedUrlTrouble(
  logger: Logger,
  now: () => number = () => performance.now(),
): (error: unknown, key: string | undefined) => void {
  const book = paced(now);
  const refresh = paced(now);
  return (error, key) => {
    const unlogged = key === undefined ? book() : refresh();
    if (unlogged === undefined) return;
    logger.warn(
      { event: 'signed_url_trouble', image_key: key, error: messageOf(error), unlogged },
      key === undefined ? 'the book of signed URLs cannot be reached' : 'a signed URL could not be refreshed',
    );
  };
}

/** Undefined while it is too early for another line, else how many were left out. */
function paced(now: () => number): () => number | undefined {
  let next = -Infinity;
  let unlogged = 0;
  return () => {
    if (now() < next) {
      unlogged += 1;
      return undefined;
    }
    next = now() + PAUSE;
    const count = unlogged;
    unlogged = 0;
    return count;
  };
}
