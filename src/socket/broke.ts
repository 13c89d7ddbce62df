import { messageOf } from '../base/fault.ts';
import type { MessageVerdict } from './inspect.ts';

/** Stands as the rule where an inspection came to no verdict. */
export const BROKE = 'inspection-failed';

/** What could not be inspected has not been allowed. */
export function broke(thrown: unknown): MessageVerdict {
  return { action: 'drop', rule: BROKE, says: messageOf(thrown) };
}
