/**
 * Settles as `work` does, or rejects with `late()` after `ms`. The answer may already wait in the socket while this
 * process was busy, so the timer lets the event loop read once more before it gives up.
 */
export const withDeadline = <T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> =>
  new Promise((resolve, reject) => {
    let open = true;
    const timer = setTimeout(
      () =>
        setImmediate(() => {
          if (!open) return;
          open = false;
          reject(late());
        }),
      ms,
    );
    work.then(
      (value) => {
        open = false;
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        open = false;
        clearTimeout(timer);
        reject(error);
      },
    );
  });
