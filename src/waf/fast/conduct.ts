import type { SetVariable } from '../actions/setvar.ts';
import type { Control } from '../control.ts';
import type { CompiledEffect, CompiledLink, CompiledRule, Program } from '../program.ts';

/** What a rule can do to the rest of the program once some of its links have hit. */
export const Conduct = {
  /** Nothing that a rule after it could see. */
  calm: 0,
  /** It writes variables, jumps, or ends something: what was taken for granted about scores does not hold. */
  loud: 1,
  /** It switches rules off: nothing that was worked out about other rules holds. */
  removes: 2,
} as const;

/** Per rule, by how many of its links have hit: what has been done then. The last entry is for a whole match. */
export function conductOf(program: Program, isNeutral: (rule: CompiledRule) => boolean): readonly Uint8Array[] {
  return program.rules.map((rule) => {
    const conduct = new Uint8Array(rule.links.length + 2);
    let sofar: number = Conduct.calm;
    for (const [i, link] of rule.links.entries()) conduct[i + 1] = sofar = Math.max(sofar, ofLink(link));
    conduct[rule.links.length + 1] = Math.max(sofar, ofMatch(rule, isNeutral(rule)));
    return conduct;
  });
}

function ofLink(link: CompiledLink): number {
  const captures = link.capture && link.last ? Conduct.loud : Conduct.calm;
  return link.effects.reduce<number>((most, effect) => Math.max(most, ofEffect(effect, link.last)), captures);
}

/** What a link before the last writes was reckoned with when the quiet plan was made, see `fold.ts`. */
function ofEffect({ action, data }: CompiledEffect, last: boolean): number {
  if (action.name === 'setvar' && !last && (data as SetVariable).how !== 'unset') return Conduct.calm;
  if (action.name !== 'ctl') return Conduct.loud;
  const control = data as Control;
  if (control.set === 'remove') return Conduct.removes;
  // What was decided at load reads nothing but TX, so that leaving out another field changes none of it.
  return control.set === 'remove-target' && control.target.field === 'TX' ? Conduct.removes : Conduct.calm;
}

function ofMatch({ rule }: CompiledRule, neutral: boolean): number {
  const jumps = (rule.skip > 0 || rule.skipAfter !== null) && !neutral;
  return jumps || rule.disruption.kind !== 'pass' ? Conduct.loud : Conduct.calm;
}

/** Does a rule read what the last rule that matched left behind? Then no match may be left out. */
export function readsTraces(program: Program): boolean {
  return program.rules.some(({ links }) => {
    const { condition } = links[0]!;
    return condition.kind === 'match' && condition.targets.some(({ field }) => traces.has(field.name));
  });
}

const traces = new Set(['MATCHED_VAR', 'MATCHED_VAR_NAME', 'RULE']);
