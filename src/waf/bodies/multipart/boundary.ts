import { isSpace } from '../../bytes.ts';

/** The boundary that a Content-Type names, or why it is not taken; and what was odd about it. */
export interface BoundaryVerdict {
  readonly boundary: string | null;
  readonly error: string | null;
  readonly quoted: boolean;
  readonly whitespace: boolean;
  readonly missingSemicolon: boolean;
}

const type = 'multipart/form-data';

/**
 * ModSecurity v2's reading, which refuses what two parsers could read in two ways: other parameters beside the boundary,
 * the word `boundary` twice or in capitals, half a pair of quotes, characters outside RFC 2046.
 */
export function readBoundary(contentType: string): BoundaryVerdict {
  const odd = { quoted: false, whitespace: false, missingSemicolon: false };
  const refuse = (why: string): BoundaryVerdict => ({ ...odd, boundary: null, error: why });
  if (contentType.length > 1024) return refuse('the content type is longer than 1024 bytes');
  const low = contentType.toLowerCase();
  if (!low.startsWith(type)) return refuse('the content type is not multipart/form-data');
  if (countParameters(low) > 1) return refuse('the content type names two boundaries');
  const at = contentType.indexOf('boundary');
  if (at < 0) return refuse(low.includes('boundary') ? 'boundary is not in small letters' : 'there is no boundary');

  const before = withoutSpace(contentType.slice(type.length, at));
  if (before !== '' && before !== ';') return refuse('something stands before the boundary');
  odd.missingSemicolon = before === '';
  const equals = contentType.indexOf('=', at);
  if (equals < 0) return refuse('the boundary has no value');
  const between = contentType.slice(at + 8, equals);
  if (withoutSpace(between) !== '') return refuse('the parameter is not called boundary');

  let boundary = contentType.slice(equals + 1);
  odd.whitespace = between !== '' || isSpace(boundary.charCodeAt(0));
  const opens = boundary.startsWith('"');
  const closes = boundary.length > 1 && boundary.endsWith('"');
  if (opens !== closes) return refuse('the boundary has half a pair of quotes');
  if (opens) boundary = boundary.slice(1, -1);
  odd.quoted = opens;
  if (boundary === '') return refuse('the boundary is empty');
  if (countParameters(boundary.toLowerCase()) > 0) return refuse('the boundary contains the word boundary');
  // RFC 2046 section 5.1.1: bcharsnospace, and a space that is not the last character.
  if (!/^[0-9A-Za-z'()+_,\-./:=? ]*[0-9A-Za-z'()+_,\-./:=?]$/.test(boundary)) {
    return refuse('the boundary has characters that it must not have');
  }
  return { ...odd, boundary, error: null };
}

/** How often `boundary` stands with a `=` somewhere behind it. `text` is in small letters. */
function countParameters(text: string): number {
  const lastEquals = text.lastIndexOf('=');
  let count = 0;
  for (let at = text.indexOf('boundary'); at >= 0; at = text.indexOf('boundary', at + 8)) {
    if (at + 8 <= lastEquals) count += 1;
  }
  return count;
}

function withoutSpace(text: string): string {
  return text.replace(/[ \t\n\v\f\r]/g, '');
}
