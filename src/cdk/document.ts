import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { messageOf } from '../base/fault.ts';
import type { Document, DocumentInput } from '../config/document.ts';
import { DocumentError, formatIssue } from '../config/issues.ts';
import { parseDocument } from '../config/parse.ts';
import { nativeAcl, type NativeAcl } from '../lab/native.ts';
import type { Front } from '../lab/fronts.ts';
import { plan, type Plan } from '../lab/plan.ts';
import { registry, type Definition } from '../pipeline/registry.ts';

export interface Checked {
  readonly document: Document;
  /** As a function is given it: without the map where it is read from elsewhere. */
  readonly input: DocumentInput;
  readonly plan: Plan;
  readonly native: NativeAcl;
}

/** A document as it stands at synth: whole, or an error with every place. What cannot run behind this front fails here, not in production. */
export function checked(given: DocumentInput, front: Front, definitions: readonly Definition[] = []): Checked {
  const written = withFile(given);
  const { document, issues } = parseDocument(written);
  if (document === null)
    throw new Error(
      `the document is not in order:\n${new DocumentError(issues).issues.map((issue) => formatIssue(issue)).join('\n')}`,
    );
  const known = registry(definitions);
  const made = plan(document, known, front);
  // Rules of one's own are code in files that the function imports; the synth does not run them.
  const errors = made.errors.filter((error) => !error.includes('there is no rule of this name'));
  if (errors.length > 0) throw new Error(`not every rule can run behind ${front}:\n${errors.join('\n')}`);
  const { map, ...rules } = written.rules ?? {};
  const input = rules.from && map ? { ...written, rules } : written;
  return { document, input, plan: made, native: nativeAcl(document, known.rules) };
}

/** A map in a file goes into the function with the document; its path begins at the folder that the synth runs in. */
function withFile(input: DocumentInput): DocumentInput {
  const { from, ...rules } = input.rules ?? {};
  const path = from?.with?.['path'];
  if (!from || (from.use ?? 'file') !== 'file' || typeof path !== 'string') return input;
  try {
    return { ...input, rules: { ...rules, map: parse(readFileSync(path, 'utf8')) as never } };
  } catch (thrown) {
    throw new Error(`rules.from.with.path: ${path} cannot be read (from ${process.cwd()}): ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}
