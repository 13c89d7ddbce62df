import { spell } from './condition.ts';
import { written } from './macro.ts';
import type { Evidence, Match } from './match.ts';
import { transformNamed } from './transform-table.ts';

export interface ValueStep {
  /** The transformation; `as it came` for the first. */
  readonly after: string;
  readonly value: string;
}

/** One condition of a rule that matched, explained. */
export interface ConditionStory {
  /** e.g. `ARGS:user`; '' for a link that compares nothing. */
  readonly field: string;
  /** e.g. `!@rx ^a`. */
  readonly operator: string;
  /** What the condition reads in all. */
  readonly reads: readonly string[];
  /** The value as it came and after each transformation that changed it. */
  readonly steps: readonly ValueStep[];
  /** What hit, cut out of the last step; the whole of it for a negated operator. */
  readonly hit: { readonly offset: number; readonly length: number; readonly text: string };
  readonly says: string | null;
}

/** Hides or shortens what a trace may not show. Gets the field's name and a byte string. */
export type Redact = (field: string, value: string) => string;

/** Longest text that a story shows of a value, in bytes. */
const shown = 256;
const shorten: Redact = (_field, value) => (value.length > shown ? `${value.slice(0, shown)}…` : value);

/**
 * Why a rule matched, link by link. Transformations are run again here, so that nobody pays for them who does not ask.
 */
export function why(match: Match, redact: Redact = shorten): readonly ConditionStory[] {
  return match.evidence.map((evidence) => story(evidence, redact));
}

function story({ condition, field, value, seen, offset, length, says }: Evidence, redact: Redact): ConditionStory {
  if (condition === null) {
    return { field: '', operator: '', reads: [], steps: [], hit: { offset: 0, length: 0, text: '' }, says };
  }
  const steps: ValueStep[] = [{ after: 'as it came', value: redact(field, value) }];
  let last = value;
  for (const name of condition.transforms) {
    // With multiMatch an earlier step may have been the one that hit.
    if (condition.multiMatch && last === seen) break;
    const next = transformNamed(name).apply(last);
    if (next !== last) steps.push({ after: name, value: redact(field, next) });
    last = next;
  }
  const argument = written(condition.argument);
  return {
    field,
    operator: `${condition.negated ? '!' : ''}@${condition.operator}${argument === '' ? '' : ` ${argument}`}`,
    reads: [...condition.targets.map(spell), ...condition.exclusions.map((exclusion) => `!${spell(exclusion)}`)],
    steps,
    hit: { offset, length, text: redact(field, seen.slice(offset, offset + length)) },
    says,
  };
}
