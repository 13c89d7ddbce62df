import type { SetVariable } from '../actions/setvar.ts';
import type { FieldDefinition } from '../field.ts';
import type { Template } from '../macro.ts';
import type { CompiledEffect, CompiledLink, CompiledRule, Program } from '../program.ts';
import type { Phase } from '../rule.ts';
import { Turn, type Plan } from './fold.ts';

/** Fields that are asked each time, and yet say the same for the same request. */
const steady = new Set([
  'TX',
  'REQBODY_PROCESSOR',
  'MATCHED_VAR',
  'MATCHED_VAR_NAME',
  'MATCHED_VARS',
  'MATCHED_VARS_NAMES',
  'HIGHEST_SEVERITY',
  'RULE',
]);

/**
 * Does what this phase comes to, as long as it is quiet, hang on nothing but the request? Clocks, collections that outlive
 * a request and ids are other things to hang on, and to change.
 */
export function lasts(program: Program, plan: Plan, phase: Phase): boolean {
  const { turns } = plan.phases[phase];
  const asked = program.phases[phase].filter((_, at) => turns[at] === Turn.run || turns[at] === Turn.screened);
  return asked.every((rule) => ruleLasts(program, rule, (field) => field.lifetime !== 'moment'));
}

/** Does what the rule comes to hang on nothing but the head, and what rules before it came to? */
export function hangsOnHead(program: Program, rule: CompiledRule): boolean {
  return ruleLasts(program, rule, (field) => field.lifetime === 'request');
}

function ruleLasts(program: Program, { links }: CompiledRule, may: (field: FieldDefinition) => boolean): boolean {
  const fieldLasts = (field: FieldDefinition | undefined): boolean =>
    field === undefined || steady.has(field.name) || (may(field) && field.name !== 'UNIQUE_ID');
  const textLasts = (template: Template): boolean =>
    template.every((part) => typeof part === 'string' || fieldLasts(program.field(part.field) as FieldDefinition));
  const effectLasts = ({ action, data }: CompiledEffect): boolean => {
    if (action.name === 'ctl' || action.name === 'label') return true;
    if (action.name !== 'setvar') return false;
    const { collection, name, value } = data as SetVariable;
    return collection === 'TX' && textLasts(name) && textLasts(value);
  };
  const linkLasts = ({ condition, effects }: CompiledLink): boolean => {
    if (condition.kind !== 'match' && condition.kind !== 'always') return false;
    if (!effects.every(effectLasts)) return false;
    if (condition.kind === 'always') return true;
    return condition.targets.every(({ field }) => fieldLasts(field)) && textLasts(condition.source.argument);
  };
  return links.every(linkLasts);
}
