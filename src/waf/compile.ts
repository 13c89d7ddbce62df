import { ChainTree } from './chain-tree.ts';
import type { CompileOptions } from './compile-options.ts';
import { compileLinks } from './compile-rule.ts';
import { findField } from './field-table.ts';
import { namesBy } from './names.ts';
import { Masks } from './masks.ts';
import type { CompiledLink, CompiledRule, Program } from './program.ts';
import type { Marker, Phase, Rule, RuleSet } from './rule.ts';
import { RuleError } from './rule-error.ts';

export const crsScores: readonly string[] = [
  'inbound_anomaly_score_pl1',
  'inbound_anomaly_score_pl2',
  'inbound_anomaly_score_pl3',
  'inbound_anomaly_score_pl4',
  'outbound_anomaly_score_pl1',
  'outbound_anomaly_score_pl2',
  'outbound_anomaly_score_pl3',
  'outbound_anomaly_score_pl4',
  'anomaly_score_pl1',
  'anomaly_score_pl2',
  'anomaly_score_pl3',
  'anomaly_score_pl4',
];

/** Where each phase goes on after a rule that matched, counted in that phase's own rules. */
function nextOf(rule: Rule, at: number, phase: Phase, items: RuleSet['items'], known: ReadonlySet<Rule>): number {
  if (rule.skipAfter === null) return at + 1 + rule.skip;
  let count = 0;
  let passed = false;
  for (const item of items) {
    const here = item.kind === 'rule' && item.phase === phase && known.has(item);
    if (here) count++;
    if (item === rule) passed = true;
    else if (passed && nameOf(item) === rule.skipAfter) return count;
  }
  throw new RuleError(`nothing after this rule is called \`${rule.skipAfter}\``, {
    place: rule.place,
    hint: 'add a SecMarker of that name further down',
  });
}

const nameOf = (item: Rule | Marker): string => (item.kind === 'marker' ? item.name : item.id);

/** Turns a rule tree into a program, or throws `RuleError` for what cannot run. Runs no pattern and compiles none. */
export function compile(set: RuleSet, options: CompileOptions = {}): Program {
  const chains = new ChainTree(set.settings.unicodeMap);
  const attempt = <Result>(work: () => Result): Result | null => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof RuleError) || !options.onError) throw error;
      options.onError(error);
      return null;
    }
  };
  const links = new Map<Rule, readonly CompiledLink[]>();
  for (const item of set.items) {
    if (item.kind === 'marker') continue;
    const compiled = attempt(() => compileLinks(item, chains, options));
    if (compiled) links.set(item, compiled);
  }
  const known = new Set(links.keys());
  const lists: Record<Phase, CompiledRule[]> = { 1: [], 2: [], 3: [], 4: [], 5: [] };
  const rules: CompiledRule[] = [];
  for (const [rule, compiled] of links) {
    const list = lists[rule.phase];
    const next = attempt(() => nextOf(rule, list.length, rule.phase, set.items, known)) ?? list.length + 1;
    const entry: CompiledRule = { index: rules.length, rule, links: compiled, next };
    list.push(entry);
    rules.push(entry);
  }
  const masks = new Masks(rules);
  return {
    set,
    rules,
    phases: lists,
    scores: options.scores ?? crsScores,
    field: findField,
    named: namesBy(),
    transform: (name) => chains.transform(name),
    mask: (selector) => masks.of(selector),
  };
}
