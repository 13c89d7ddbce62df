/** Cookie pairs in order, doubles kept, values as they came (RFC 6265 section 5.4); a name without `=` has no value. */
export function cookiePairs(values: readonly string[]): readonly (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (const value of values) {
    for (const part of value.split(';')) {
      const text = part.trim();
      if (text === '') continue;
      const mark = text.indexOf('=');
      pairs.push(mark < 0 ? [text, ''] : [text.slice(0, mark).trimEnd(), text.slice(mark + 1).trimStart()]);
    }
  }
  return pairs;
}
