import type { Document } from './document.ts';

const known = new WeakSet<object>();

/**
 * Marks a document as what `parseDocument` gave, for an entry that a construct writes: it was checked at synth, and a cold
 * start that checked it again would spend half of its time on a vocabulary that nothing else asks for. No door of the package
 * hands this out: who writes a document by hand has it checked.
 */
export function asChecked(document: Document): Document {
  known.add(document);
  return document;
}

export const isChecked = (given: unknown): given is Document =>
  typeof given === 'object' && given !== null && known.has(given);
