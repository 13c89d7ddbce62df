import { listOf } from './headers.ts';

/** Entity tags (RFC 9110 section 8.8.3). A tag that is not well formed equals only itself, letter by letter. */
export const isStrongTag = (tag: string): boolean => tag.startsWith('"') && tag.endsWith('"') && tag.length >= 2;

const opaque = (tag: string): string => (tag.startsWith('W/') ? tag.slice(2) : tag);

/** Both strong and the same. */
export const sameStrongly = (a: string, b: string): boolean => a === b && isStrongTag(a);

/** The same, weak or not. */
export const sameWeakly = (a: string, b: string): boolean => opaque(a) === opaque(b);

/** Does an `If-None-Match` or `If-Match` list name this tag? `*` names every tag. */
export function namesTag(list: string, tag: string | undefined, same: (a: string, b: string) => boolean): boolean {
  if (list.trim() === '*') return true;
  if (tag === undefined) return false;
  return listOf(list).some((member) => same(member, tag));
}
