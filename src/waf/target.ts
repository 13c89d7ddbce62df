import type { Exclusion, Selector, Target } from './condition.ts';
import { fieldNamed } from './field-table.ts';
import { xmlPaths } from './fields/xml.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';

function parseSelector(text: string, place: SourcePlace): Selector {
  const bare = text.startsWith("'") && text.endsWith("'") && text.length > 1 ? text.slice(1, -1) : text;
  if (
    bare.length > 1 &&
    bare.startsWith('/') &&
    bare.endsWith('/') &&
    !(xmlPaths as readonly string[]).includes(bare)
  ) {
    return { kind: 'pattern', source: bare.slice(1, -1).replaceAll('\\/', '/') };
  }
  if (bare === '') throw new RuleError('nothing stands after the colon', { place });
  return { kind: 'key', key: bare.toLowerCase() };
}

/** `ARGS`, `ARGS:name`, `ARGS:/pattern/`, without `&` and `!`. */
export function parseExclusion(text: string, place: SourcePlace): Exclusion {
  const trimmed = text.trim().replace(/^!/, '');
  const colon = trimmed.indexOf(':');
  const field = fieldNamed((colon < 0 ? trimmed : trimmed.slice(0, colon)).toUpperCase(), place);
  const selector: Selector = colon < 0 ? { kind: 'all' } : parseSelector(trimmed.slice(colon + 1), place);
  if (selector.kind !== 'all' && !field.keyed) {
    throw new RuleError(`\`${field.name}\` has one value only`, { place, hint: `write ${field.name} without a colon` });
  }
  if (field.name === 'XML' && !(selector.kind === 'key' && (xmlPaths as readonly string[]).includes(selector.key))) {
    throw new RuleError(`the path of \`${trimmed}\` cannot be followed`, {
      place,
      hint: `write XML:${xmlPaths.join(' or XML:')}`,
    });
  }
  return { field: field.name, selector };
}

/** Cuts `A|!B:x|&C:/a|b/` at the bars that stand outside of patterns and quotes. */
function splitTargets(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let inside: '/' | "'" | null = null;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (inside !== null) {
      part += char;
      if (char === '\\' && at + 1 < text.length) part += text[++at];
      // A slash ends a pattern only where a target may end: XPaths and patterns hold slashes too.
      else if (char === inside && (at + 1 === text.length || text[at + 1] === '|' || text[at + 1] === ','))
        inside = null;
      continue;
    }
    if (char === '|' || char === ',') {
      parts.push(part);
      part = '';
      continue;
    }
    if ((char === '/' || char === "'") && part.endsWith(':') && !/^[!&]*XML:$/i.test(part)) inside = char;
    part += char;
  }
  parts.push(part);
  return parts.map((piece) => piece.trim()).filter((piece) => piece !== '');
}

export interface Targets {
  readonly targets: readonly Target[];
  readonly exclusions: readonly Exclusion[];
}

/** The first argument of `SecRule`. */
export function parseTargets(text: string, place: SourcePlace): Targets {
  const targets: Target[] = [];
  const exclusions: Exclusion[] = [];
  for (const piece of splitTargets(text)) {
    if (piece.startsWith('!')) exclusions.push(parseExclusion(piece.slice(1), place));
    else {
      const count = piece.startsWith('&');
      targets.push({ ...parseExclusion(count ? piece.slice(1) : piece, place), count });
    }
  }
  return { targets, exclusions };
}
