import { document, type Document } from './document.ts';
import { describeWith, type Issue } from './issues.ts';

/** Unknown to a document with every default filled in, or all that is wrong with it. */
export function parseDocument(
  given: unknown,
):
  | { readonly document: Document; readonly issues: [] }
  | { readonly document: null; readonly issues: readonly Issue[] } {
  const result = document.safeParse(given);
  if (result.success) return { document: result.data, issues: [] };
  return { document: null, issues: result.error.issues.flatMap((issue) => describeWith(document, issue, given)) };
}
