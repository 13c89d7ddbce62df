import type { Exclusion } from './condition.ts';
import type { CrsExclusion } from './crs/options.ts';
import { idSelector, ruleTest, type RuleSelector, type TargetRemoval } from './exclusions.ts';
import type { Program } from './program.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';
import type { Mode } from './settings.ts';
import { parseExclusion } from './target.ts';
import type { Transaction } from './transaction.ts';

export interface OverlayOptions {
  /** Instead of the engine's. */
  readonly mode?: Mode;
  readonly exclusions?: readonly Omit<CrsExclusion, 'paths'>[];
  /** Named in errors, e.g. `tenants.known.acme.waf`. */
  readonly name?: string;
}

/**
 * What one tenant, route or path has its own way: rules and targets that do not count, and the mode. Nothing is compiled
 * for it: it is a byte per rule over the one program, so that hundreds of them cost next to nothing.
 */
export interface Overlay {
  /** Exclusions that mean no rule of this program, as they were written. */
  readonly idle: readonly string[];
  /** Before the first rule runs. */
  apply(transaction: Transaction): void;
}

/** Throws `RuleError` for an exclusion that names nothing, or something that does not exist. */
export function overlay(program: Program, options: OverlayOptions): Overlay {
  const { mode, exclusions = [], name = 'exclusions' } = options;
  const idle: string[] = [];
  const targets: TargetRemoval[] = [];
  let whole: Uint8Array | null = null;
  let steers = false;
  for (const [at, exclusion] of exclusions.entries()) {
    const place = { file: name, line: at + 1 };
    const mask = maskOf(program, exclusion, place);
    if (!mask.includes(1)) idle.push(spelled(exclusion));
    if (exclusion.target === undefined) {
      whole ??= new Uint8Array(mask.length);
      for (let rule = 0; rule < mask.length; rule++) if (mask[rule] === 1) whole[rule] = 1;
      steers ||= program.rules.some(({ index, rule }) => mask[index] === 1 && !rule.log);
    } else {
      const parsed: Exclusion = parseExclusion(exclusion.target, place);
      targets.push({ mask, exclusion: parsed });
      steers ||= parsed.field === 'TX';
    }
  }
  return {
    idle,
    apply(transaction) {
      if (mode !== undefined) transaction.mode = mode;
      if (whole !== null || targets.length > 0) transaction.removals.start(whole, targets, steers);
    },
  };
}

/** Made once per program and choice of rules, whoever chooses them. */
const masks = new WeakMap<Program, Map<string, Uint8Array>>();

function maskOf(program: Program, exclusion: CrsExclusion, place: SourcePlace): Uint8Array {
  const selector = selectorOf(exclusion, place);
  let known = masks.get(program);
  if (known === undefined) masks.set(program, (known = new Map()));
  const key = JSON.stringify(selector);
  let mask = known.get(key);
  if (mask === undefined) {
    const test = ruleTest(selector);
    mask = Uint8Array.from(program.rules, ({ rule }) => (test(rule) ? 1 : 0));
    known.set(key, mask);
  }
  return mask;
}

function selectorOf({ rules, tag }: CrsExclusion, place: SourcePlace): RuleSelector {
  if ((rules === undefined) === (tag === undefined)) {
    throw new RuleError('an exclusion names either rules or a tag', {
      place,
      hint: 'write rules: 942100 or tag: "attack-sqli"',
    });
  }
  return tag === undefined ? idSelector([rules ?? []].flat().join(','), place) : { by: 'tag', source: tag };
}

function spelled({ rules, tag, target }: CrsExclusion): string {
  const which = tag === undefined ? `rules ${[rules ?? []].flat().join(', ')}` : `tag ${tag}`;
  return target === undefined ? which : `${target} of ${which}`;
}
