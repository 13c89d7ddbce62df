export interface MediaType {
  /** In lower case, e.g. `application/json`. */
  readonly essence: string;
  /** Names in lower case, quotes taken off. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** RFC 9110 section 8.3.1; null when it is no media type. */
export function parseMediaType(value: string): MediaType | null {
  const [head = '', ...rest] = value.split(';');
  const essence = head.trim().toLowerCase();
  if (!/^[!#$&^_.+\-a-z0-9]+\/[!#$&^_.+\-a-z0-9]+$/.test(essence)) return null;
  const parameters = new Map<string, string>();
  for (const part of rest) {
    const mark = part.indexOf('=');
    if (mark < 0) continue;
    const name = part.slice(0, mark).trim().toLowerCase();
    const text = part.slice(mark + 1).trim();
    const plain = text.startsWith('"')
      ? text.slice(1, text.endsWith('"') ? -1 : undefined).replaceAll(/\\(.)/g, '$1')
      : text;
    if (name && !parameters.has(name)) parameters.set(name, plain);
  }
  return { essence, parameters };
}
