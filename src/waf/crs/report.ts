import { matchesIn } from '../condition.ts';
import { rulesOf, type Phase, type RuleSet } from '../rule.ts';
import type { RuleError, SourcePlace } from '../rule-error.ts';

/** What `crs check` says about a directory, as data. */
export interface CrsReport {
  /** e.g. `OWASP_CRS/4.28.0`. */
  readonly versions: readonly string[];
  readonly setup: string | null;
  readonly files: readonly string[];
  readonly rules: number;
  readonly links: number;
  readonly byPhase: Readonly<Record<Phase, number>>;
  /** Rules by the paranoia level they are tagged with; 0 for those without. */
  readonly byParanoia: Readonly<Record<number, number>>;
  readonly byOperator: Readonly<Record<string, number>>;
  readonly byTransformation: Readonly<Record<string, number>>;
  readonly byField: Readonly<Record<string, number>>;
  /** Rules that need something which this engine does not do on purpose; they are left out. */
  readonly leftOut: readonly RuleError[];
  /** Directives that say nothing here: about another engine's logs and files, or about rules that there are not. */
  readonly ignored: readonly { readonly what: string; readonly place: SourcePlace }[];
}

function counted(names: Iterable<string>): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1)));
}

export function reportOf(
  set: RuleSet,
  found: { readonly setup: string | null; readonly rules: readonly string[] },
  said: Pick<CrsReport, 'leftOut' | 'ignored'>,
): CrsReport {
  const rules = rulesOf(set);
  const links = rules.flatMap((rule) => rule.links);
  const matches = links.flatMap((link) => [...matchesIn(link.condition)]);
  const byPhase: Record<Phase, number> = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
  for (const rule of rules) byPhase[rule.phase]++;
  return {
    versions: [...new Set(set.signatures)],
    setup: found.setup,
    files: found.rules,
    rules: rules.length,
    links: links.length,
    byPhase,
    byParanoia: counted(
      rules.map(
        ({ tags }) =>
          /^paranoia-level\/(\d)$/.exec(tags.find((tag) => tag.startsWith('paranoia-level/')) ?? '')?.[1] ?? '0',
      ),
    ),
    byOperator: counted(matches.map((match) => match.operator)),
    byTransformation: counted(matches.flatMap((match) => match.transforms)),
    byField: counted(matches.flatMap((match) => match.targets.map((target) => target.field))),
    ...said,
  };
}
