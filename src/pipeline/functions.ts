import type { FunctionOptions, Invoker, OpenFunction } from '../ports/invoker.ts';

/** The running functions, kept over a reload for every one that is still described the same way. */
export interface Functions {
  readonly open: OpenFunction;
  /** Ends what the newest document does not use any more, once requests in flight had time to end. */
  sweep(): void;
  close(): Promise<void>;
}

export function functions(openFunction: OpenFunction): Functions {
  const running = new Map<string, Invoker>();
  let used = new Set<string>();
  return {
    open(options: FunctionOptions) {
      const name = JSON.stringify(options);
      used.add(name);
      let invoker = running.get(name);
      if (!invoker) running.set(name, (invoker = openFunction(options)));
      return invoker;
    },
    sweep() {
      for (const [name, invoker] of running) {
        if (used.has(name)) continue;
        running.delete(name);
        setTimeout(() => void invoker.close(), 60_000).unref();
      }
      used = new Set();
    },
    async close() {
      await Promise.all([...running.values()].map((invoker) => invoker.close()));
      running.clear();
    },
  };
}
