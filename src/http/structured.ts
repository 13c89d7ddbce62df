/** Structured fields (RFC 9651), as far as a cache has to read them: is this text a dictionary at all? */

const key = '[A-Za-z*][A-Za-z0-9_.*-]*';
const bare = [
  String.raw`-?\d{1,15}(?:\.\d{1,3})?`,
  String.raw`"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"`,
  "[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*",
  ':[A-Za-z0-9+/=]*:',
  String.raw`\?[01]`,
].join('|');
const parameters = `(?:; *${key}(?:=(?:${bare}))?)*`;
const member = new RegExp(`^(${key})(?:=(${bare}))?${parameters}$`);

/** Directives whose value is a number; a text in its place is a mistake of type. */
const numbers = /^(?:max-age|s-maxage|stale-while-revalidate|stale-if-error)$/i;

/**
 * A dictionary of Cache-Control's directives, as RFC 9213 wants its fields. Keys may be of either case, which the
 * grammar does not allow and senders do. Empty is not one.
 */
export function isDictionary(text: string): boolean {
  return splitMembers(text).every((part) => {
    const found = member.exec(part);
    if (!found) return false;
    return !(found[2]?.startsWith('"') && numbers.test(found[1] as string));
  });
}

/** At commas outside of quoted strings. */
function splitMembers(text: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '\\' && quoted) at++;
    else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  parts.push(text.slice(from).trim());
  return parts;
}
