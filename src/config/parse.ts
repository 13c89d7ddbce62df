import { document, type Document } from './document.ts';
import { describeWith, type Issue } from './issues.ts';

/** Unknown to a document with every default filled in, or all that is wrong with it. */
export function parseDocument(
  given: unknown,
):
  | { readonly document: Document; readonly issues: [] }
  | { readonly document: null; readonly issues: readonly Issue[] } {
  // Read once or twice in a process: code made for a schema would cost more than it saves.
  const result = document.safeParse(given, { jitless: true });
  if (result.success) return { document: result.data, issues: [] };
  return { document: null, issues: result.error.issues.flatMap((issue) => describeWith(document, issue, given)) };
}
