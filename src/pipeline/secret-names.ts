import type { Document } from '../config/document.ts';

/**
 * Query parameters whose values never leave: those that the document lists, and every name that a licence key goes by. A
 * key whose place is a header or a cookie ends up in a query by mistake often enough.
 */
export function secretParameters(document: Document): ReadonlySet<string> {
  const licences = (document.edge?.licences?.in ?? []).map((place) => place.slice(place.indexOf(':') + 1));
  return new Set([...document.logging.secretParameters, ...licences].map((name) => name.toLowerCase()));
}
