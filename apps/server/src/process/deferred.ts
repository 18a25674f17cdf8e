/** A promise with its settlers, as `Promise.withResolvers` of later Node versions. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

export const deferred = <T>(): Deferred<T> => {
  let settlers: Omit<Deferred<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settlers = { resolve, reject };
  });
  // The executor has run by now; it runs within the constructor.
  if (settlers === undefined) throw new Error('the executor of a promise did not run');
  return { promise, ...settlers };
};
