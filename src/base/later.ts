/** A value that is here, or will be: ports answer at once where they can, so that the hot path makes no promise. */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value now or when it is there. */
export function then<T, R>(value: MaybePromise<T>, go: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(go) : go(value);
}
