import { DocumentError, formatIssue } from '../config/issues.ts';
import { parseDocument } from '../config/parse.ts';
import type { Document } from '../config/document.ts';
import { nativeAcl, type NativeAcl } from '../lab/native.ts';
import type { Front } from '../lab/fronts.ts';
import { plan, type Plan } from '../lab/plan.ts';
import { registry, type Definition } from '../pipeline/registry.ts';

export interface Checked {
  readonly document: Document;
  readonly plan: Plan;
  readonly native: NativeAcl;
}

/** A document as it stands at synth: whole, or an error with every place. What cannot run behind this front fails here, not in production. */
export function checked(input: unknown, front: Front, definitions: readonly Definition[] = []): Checked {
  const { document, issues } = parseDocument(input);
  if (document === null)
    throw new Error(
      `the document is not in order:\n${new DocumentError(issues).issues.map((issue) => formatIssue(issue)).join('\n')}`,
    );
  const known = registry(definitions);
  const made = plan(document, known, front);
  // Rules of one's own are code in files that the function imports; the synth does not run them.
  const errors = made.errors.filter((error) => !error.includes('there is no rule of this name'));
  if (errors.length > 0) throw new Error(`not every rule can run behind ${front}:\n${errors.join('\n')}`);
  return { document, plan: made, native: nativeAcl(document, known.rules) };
}
