/** Query pairs in order, doubles kept, decoded as HTML forms are: `+` is a blank, a bad escape stays as it is. */
export function queryPairs(raw: string | null): readonly (readonly [name: string, value: string])[] {
  if (!raw) return [];
  const pairs: (readonly [string, string])[] = [];
  for (const part of raw.split('&')) {
    if (part === '') continue;
    const mark = part.indexOf('=');
    pairs.push(mark < 0 ? [decodeForm(part), ''] : [decodeForm(part.slice(0, mark)), decodeForm(part.slice(mark + 1))]);
  }
  return pairs;
}

export function decodeForm(text: string): string {
  const blanks = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!blanks.includes('%')) return blanks;
  try {
    return decodeURIComponent(blanks);
  } catch {
    return blanks.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
      try {
        return decodeURIComponent(run);
      } catch {
        return run;
      }
    });
  }
}
