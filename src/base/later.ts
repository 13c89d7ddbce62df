/** A value that is here, or will be: ports answer at once where they can, so that the hot path makes no promise. */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value now or when it is there. Not called `then`: a module that exports that name cannot be imported with `await`. */
export function whenHere<T, R>(value: MaybePromise<T>, go: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(go) : go(value);
}
