import type { Document } from '../config/document.ts';

/** Query parameters whose values never leave: those that the document lists, and those that hold a licence key. */
export function secretParameters(document: Document): ReadonlySet<string> {
  const licences = (document.edge?.licences?.in ?? [])
    .filter((place) => place.startsWith('query:'))
    .map((place) => place.slice('query:'.length));
  return new Set([...document.logging.secretParameters, ...licences].map((name) => name.toLowerCase()));
}
