import { CacheError } from './errors.js';

/** The promise, or a failure once so many milliseconds have passed; what comes too late is handed to `late`. */
export function within<T>(promise: Promise<T>, ms: number, what: string, late?: (result: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
      reject(new CacheError('ERR_CACHE_TIER_TIMEOUT', `${what} took more than ${ms} ms`));
    }, ms);
    promise.then(
      (result) => {
        clearTimeout(timer);
        if (over) late?.(result);
        else resolve(result);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
