import type { Exclusion, Target } from '../../condition.ts';
import { parseTemplate, type Template } from '../../macro.ts';
import { operatorNamed } from '../../operator-table.ts';
import type { SourcePlace } from '../../rule-error.ts';

export interface WrittenOperator {
  readonly operator: string;
  readonly argument: Template;
  readonly negated: boolean;
}

/** The second argument of `SecRule`: `@contains x`, `!@rx ^a`, or a bare pattern, which means `@rx`. */
export function parseOperator(text: string, place: SourcePlace): WrittenOperator {
  const trimmed = text.trimStart();
  const negated = trimmed.startsWith('!');
  const rest = negated ? trimmed.slice(1).trimStart() : trimmed;
  const found = /^@(\S+)(?:\s+([\s\S]*))?$/.exec(rest);
  const name = found === null ? 'rx' : (found[1] as string);
  const argument = found === null ? rest : (found[2] ?? '');
  const operator = operatorNamed(name, place).name;
  // A pattern is taken as it stands: `%{` in it is no macro, and a blank at its end counts.
  return {
    operator,
    negated,
    argument: operator === 'rx' || operator === 'rxGlobal' ? [argument] : parseTemplate(argument.trimEnd(), place),
  };
}

/**
 * `@geoLookup` looks nothing up here, for whoever made the inspection has said where the viewer is. It holds when that
 * is known, so it is read as a question about `GEO`.
 */
export function geoLookup(
  text: string,
): { targets: Target[]; exclusions: Exclusion[]; readonly operator: WrittenOperator } | null {
  const found = /^\s*(!?)@geoLookup\s*$/i.exec(text);
  if (found === null) return null;
  return {
    targets: [{ field: 'GEO', selector: { kind: 'key', key: 'country_code' }, count: true }],
    exclusions: [],
    operator: { operator: 'gt', argument: ['0'], negated: found[1] === '!' },
  };
}
