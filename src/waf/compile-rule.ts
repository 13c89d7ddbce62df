import { actionNamed } from './action-table.ts';
import type { ChainTree } from './chain-tree.ts';
import { compileCondition } from './compile-condition.ts';
import type { CompileOptions } from './compile-options.ts';
import { fieldNamed } from './field-table.ts';
import type { Template } from './macro.ts';
import type { CompiledLink } from './program.ts';
import type { Link, Rule } from './rule.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';

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
      if (!options.checked) checkData(effect.with, effect.place);
      return { action, data: effect.with };
    }),
  };
}

/** The links of a rule, or `RuleError` for what cannot run. */
export function compileLinks(rule: Rule, chains: ChainTree, options: CompileOptions): readonly CompiledLink[] {
  if (!options.checked) {
    checkMacros(rule.message, rule.place);
    checkMacros(rule.logData, rule.place);
  }
  return rule.links.map((link, at) => compileLink(link, at, at === rule.links.length - 1, chains, options));
}
