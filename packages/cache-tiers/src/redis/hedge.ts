import type { Redis } from 'ioredis';
import { replyCode } from './errors.js';
import type { RedisNode } from './node.js';

/** Writes a command to a connection. */
export type Send<T> = (redis: Redis) => Promise<T>;

/** Sends to the second node what the first one fails or has not answered in half the time; the first answer wins. */
export const hedge = <T>(first: RedisNode, second: RedisNode, send: Send<T>, ms: number): Promise<T> =>
  new Promise((resolve, reject) => {
    let failed: Error | undefined;
    let asked = false;
    const ask = (): void => {
      if (asked) return;
      asked = true;
      clearTimeout(timer);
      second.run(send, ms / 2).then(resolve, (error: Error) => (failed ? reject(failed) : (failed = error)));
    };
    const timer = setTimeout(ask, ms / 2);
    first.run(send, ms).then(
      (value) => {
        clearTimeout(timer);
        asked = true;
        resolve(value);
      },
      (error: Error) => {
        if (replyCode(error) !== undefined && !asked) {
          clearTimeout(timer);
          reject(error);
        } else if (failed) reject(error);
        else {
          failed = error;
          ask();
        }
      },
    );
  });
