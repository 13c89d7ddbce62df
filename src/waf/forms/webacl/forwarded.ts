import { parseAddress } from '../../../base/ip.ts';
import type { Sight } from '../../condition.ts';
import { text, wrong, type Json } from './shape.ts';

/** `absent`: there is no such header, and the statement is not applied. */
export type Forwarded =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'malformed'; readonly match: boolean }
  | { readonly kind: 'absent' };

/** `ForwardedIPConfig` or `IPSetForwardedIPConfig`; null when there is none and the viewer's own address is meant. */
export function forwardedBy(config: unknown, path: string): ((sight: Sight) => Forwarded) | null {
  if (config === undefined || config === null) return null;
  const given = config as Json;
  const header = text(given['HeaderName'], `${path}.HeaderName`).toLowerCase();
  const position = given['Position'] ?? 'FIRST';
  if (position !== 'FIRST' && position !== 'LAST' && position !== 'ANY')
    throw wrong(`${path}.Position`, 'FIRST, LAST or ANY is wanted');
  const fallback = given['FallbackBehavior'];
  if (fallback !== 'MATCH' && fallback !== 'NO_MATCH')
    throw wrong(`${path}.FallbackBehavior`, 'MATCH or NO_MATCH is wanted');
  const match = fallback === 'MATCH';
  return ({ request }) => {
    // Lines of one name are one list.
    const lines = [...request.headers].filter(([name]) => name.toLowerCase() === header).map(([, line]) => line);
    if (lines.length === 0) return { kind: 'absent' };
    const value = lines.join(',');
    const all = value.split(',').map((piece) => piece.trim());
    const wanted = position === 'ANY' ? all.slice(-10) : [(position === 'FIRST' ? all[0] : all.at(-1)) ?? ''];
    if (wanted.some((address) => parseAddress(address) === null)) return { kind: 'malformed', match };
    return { kind: 'addresses', addresses: wanted };
  };
}
