import type { MaybePromise } from '../base/later.ts';
import type { Inspect, MessageVerdict } from '../socket/inspect.ts';

/** Several who look at each message, one after the other: the first who says no ends it, a count is not forgotten. */
export function inInspection(each: readonly (Inspect | null)[]): Inspect | null {
  const [first, second, ...rest] = each.filter((one) => one !== null);
  if (first === undefined) return null;
  if (second === undefined) return first;
  const next = inInspection([second, ...rest]) as Inspect;
  return (message) => {
    const then = (said: MessageVerdict): MaybePromise<MessageVerdict> => {
      if (said.action === 'drop' || said.action === 'close') return said;
      const later = next(message);
      if (said.action === 'pass') return later;
      return later instanceof Promise ? later.then((other) => graver(said, other)) : graver(said, later);
    };
    const said = first(message);
    return said instanceof Promise ? said.then(then) : then(said);
  };
}

const graver = (counted: MessageVerdict, other: MessageVerdict): MessageVerdict =>
  other.action === 'pass' ? counted : other;
