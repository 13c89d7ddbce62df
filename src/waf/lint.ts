import { matchesIn } from './condition.ts';
import { constantOf, written } from './macro.ts';
import { lintPattern, type PatternReport } from './regex/lint.ts';
import { ProgramTooLarge } from './regex/program.ts';
import { PatternSyntaxError } from './regex/syntax-error.ts';
import { rulesOf, type RuleRef, type RuleSet } from './rule.ts';

export interface PatternFinding extends PatternReport {
  readonly rule: RuleRef;
  readonly operator: string;
  readonly pattern: string;
}

export interface LintReport {
  /** Different patterns that were tried. */
  readonly patterns: number;
  /** Those that can explode in engines that only backtrack, and those that run with a budget here. */
  readonly findings: readonly PatternFinding[];
}

const withPatterns = new Set(['rx', 'rxglobal']);

/** Every regular expression of a rule set, each once. Takes up to half a second of CPU for one. */
export function lintRules(set: RuleSet): LintReport {
  const known = new Map<string, PatternReport | null>();
  const findings: PatternFinding[] = [];
  for (const rule of rulesOf(set)) {
    for (const { condition, place } of rule.links) {
      for (const { operator, argument } of matchesIn(condition)) {
        if (!withPatterns.has(operator.toLowerCase()) || constantOf(argument) === null) continue;
        const pattern = written(argument);
        let report = known.get(pattern);
        if (report === undefined) known.set(pattern, (report = reportOf(pattern)));
        if (report !== null && (report.explosion !== null || !report.regular))
          findings.push({ rule: { id: rule.id, place }, operator, pattern, ...report });
      }
    }
  }
  return { patterns: known.size, findings };
}

/** Null for what cannot be read: that is said when the rules are compiled. */
function reportOf(pattern: string): PatternReport | null {
  try {
    return lintPattern(pattern);
  } catch (thrown) {
    if (thrown instanceof PatternSyntaxError || thrown instanceof ProgramTooLarge) return null;
    throw thrown;
  }
}
