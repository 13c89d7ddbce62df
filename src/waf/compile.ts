import { actionNamed } from './action-table.ts';
import { ChainTree } from './chain-tree.ts';
import { compileCondition } from './compile-condition.ts';
import type { CompileOptions } from './compile-options.ts';
import { ruleTest, type RuleSelector } from './exclusions.ts';
import { fieldNamed, findField } from './field-table.ts';
import type { Template } from './macro.ts';
import type { CompiledLink, CompiledRule, Program } from './program.ts';
import { type Link, type Marker, type Phase, type Rule, type RuleSet } from './rule.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';

const crsScores = [
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

function checkMacros(template: Template | null, place: SourcePlace): void {
  for (const part of template ?? []) if (typeof part !== 'string') fieldNamed(part.field, place);
}

/** Macros in what an effect keeps, however its page arranges it. */
function checkData(data: unknown, place: SourcePlace): void {
  if (typeof data !== 'object' || data === null) return;
  if ('field' in data && 'key' in data && typeof data.field === 'string') fieldNamed(data.field, place);
  else for (const part of Object.values(data)) checkData(part, place);
}

function compileLink(link: Link, at: number, last: boolean, chains: ChainTree, options: CompileOptions): CompiledLink {
  return {
    at,
    last,
    capture: link.capture,
    condition: compileCondition(link.condition, chains, options),
    effects: link.effects.map((effect) => {
      const action = actionNamed(effect.action, effect.place);
      if (action.kind !== 'effect')
        throw new RuleError(`\`${effect.action}\` does nothing while a request runs`, { place: effect.place });
      checkData(effect.with, effect.place);
      return { action, data: effect.with };
    }),
  };
}

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
    const compiled = attempt(() => {
      checkMacros(item.message, item.place);
      checkMacros(item.logData, item.place);
      return item.links.map((link, at) => compileLink(link, at, at === item.links.length - 1, chains, options));
    });
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
  const masks = new Map<RuleSelector, Uint8Array>();
  const mask = (selector: RuleSelector): Uint8Array => {
    let found = masks.get(selector);
    if (found === undefined) {
      const test = ruleTest(selector);
      found = Uint8Array.from(rules, ({ rule }) => (test(rule) ? 1 : 0));
      masks.set(selector, found);
    }
    return found;
  };
  return {
    set,
    rules,
    phases: lists,
    chainCount: chains.size,
    scores: options.scores ?? crsScores,
    field: findField,
    mask,
  };
}
