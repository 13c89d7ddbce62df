import type { SetVariable } from '../actions/setvar.ts';
import type { Selector } from '../condition.ts';
import type { FieldDefinition } from '../field.ts';
import type { Template } from '../macro.ts';
import type { CompiledLink, CompiledMatch, CompiledRule, Program } from '../program.ts';
import { anyByte } from '../regex/byte-set.ts';
import { parsePattern } from '../regex/parse.ts';
import { requirementOf } from '../regex/requirement.ts';
import type { Readable, Transaction } from '../transaction.ts';

/** Most lists of values that are remembered for one rule, and the longest such list. */
const mostKept = 256;
const longestKey = 2048;

/** What a memo is made of. */
export interface MemoPlan {
  /** The rule's number in its program. */
  readonly rule: number;
  readonly field: string;
  /** What all variables of the chain begin with. */
  readonly prefix: string;
  /** Texts that other rules look for in names of variables: with one of them in it, a name is not the chain's own. */
  readonly watched: readonly string[];
}

/**
 * A chain that writes down each value of a field in variables of its own and then looks at those variables: whether it
 * matches is a matter of the field's values alone, and header names and the like come back request for request.
 * Remembers lists of values for which the rule did not match.
 */
export class Memo {
  private readonly field: Readable;
  private readonly plan: MemoPlan;
  private readonly clean = new Set<string>();

  constructor(field: Readable, plan: MemoPlan) {
    this.field = field;
    this.plan = plan;
  }

  /** Null when the list is too long to be worth it. */
  key(transaction: Transaction): string | null {
    let key = '';
    for (const { value } of transaction.read(this.field)) {
      key += `${value}\n`;
      if (key.length > longestKey) return null;
    }
    return key;
  }

  isClean(key: string): boolean {
    return this.clean.has(key);
  }

  keep(key: string): void {
    const names = key.toLowerCase().split('\n');
    if (names.some((name) => this.plan.watched.some((text) => (this.plan.prefix + name).includes(text)))) return;
    if (this.clean.size >= mostKept) this.clean.clear();
    this.clean.add(key);
  }
}

/** The rules that allow it. */
export function memosOf(program: Program): readonly MemoPlan[] {
  const memos: MemoPlan[] = [];
  const reads = program.rules.map(readsOf);
  if (!capturesStayAtHome(program, reads)) return memos;
  for (const rule of program.rules) {
    const field = listedField(rule);
    const own = field === null ? null : privatePrefix(rule);
    if (field === null || own === null) continue;
    const others = reads.filter((_, index) => index !== rule.index).flat();
    const watched: string[] = [];
    const apart = others.every((read) => {
      if (read === null) return false;
      if (typeof read !== 'string') return watched.push(...read.oneOf) > 0;
      return !read.startsWith(own) && !own.startsWith(read);
    });
    if (apart) memos.push({ rule: rule.index, field: field.name, prefix: own, watched });
  }
  return memos;
}

/** The one field that a chain of two links lists into variables; null for any other rule. */
function listedField({ links }: CompiledRule): FieldDefinition | null {
  const [first, second] = links;
  if (links.length !== 2 || first!.condition.kind !== 'match' || second!.condition.kind !== 'match') return null;
  const { targets, exclusions, constant } = first!.condition;
  const only = targets[0];
  if (targets.length !== 1 || only === undefined || exclusions.length > 0 || constant === null) return null;
  // Names only: values may be secrets, and do not come back.
  if (only.count || only.test !== null || !only.field.name.endsWith('_NAMES')) return null;
  return second!.condition.targets.every(({ field, count }) => field.name === 'TX' && !count) ? only.field : null;
}

/** What all variables begin with that the first link writes and the second reads. */
function privatePrefix({ links }: CompiledRule): string | null {
  const [first, second] = links as readonly [CompiledLink, CompiledLink];
  const effect = first.effects[0];
  if (first.effects.length !== 1 || effect?.action.name !== 'setvar') return null;
  const { collection, name } = effect.data as SetVariable;
  const prefix = typeof name[0] === 'string' ? name[0].toLowerCase() : '';
  const reads = (second.condition as CompiledMatch).source;
  if (collection !== 'TX' || prefix.length < 4) return null;
  if (!reads.targets.every(({ selector }) => selector.kind === 'pattern' && selector.source.startsWith(`^${prefix}`)))
    return null;
  return prefix;
}

/** A name in `TX` or the beginning of one; texts of which a name has one; or null for what cannot be told. */
type Read = string | { readonly oneOf: readonly string[] } | null;

/** What a rule reads or writes in `TX`. */
function readsOf({ rule, links }: CompiledRule): Read[] {
  const reads: Read[] = [];
  const note = (template: Template | null): void => {
    for (const part of template ?? []) if (typeof part !== 'string' && part.field === 'TX') reads.push(part.key);
  };
  note(rule.message);
  note(rule.logData);
  for (const { condition, effects } of links) {
    if (condition.kind === 'match') {
      note(condition.source.argument);
      for (const target of condition.source.targets) if (target.field === 'TX') reads.push(selected(target.selector));
    } else if (condition.kind !== 'always') reads.push(null);
    for (const { action, data } of effects) {
      if (action.name !== 'setvar') continue;
      const { name, value, collection } = data as SetVariable;
      note(name);
      note(value);
      if (collection === 'TX') reads.push(typeof name[0] === 'string' ? name[0].toLowerCase() : null);
    }
  }
  return reads;
}

function selected(selector: Selector): Read {
  if (selector.kind === 'key') return selector.key;
  if (selector.kind === 'all') return null;
  const start = /^\^([a-z0-9_-]{4,})/.exec(selector.source)?.[1];
  if (start !== undefined) return start;
  const oneOf = requirementOf(parsePattern(selector.source).root, anyByte)?.literals ?? null;
  return oneOf === null ? null : { oneOf };
}

/** No rule reads what another one captured. */
function capturesStayAtHome(program: Program, reads: readonly Read[][]): boolean {
  return program.rules.every(({ links, index }) => {
    const named = reads[index]!.some((read) => typeof read === 'string' && /^\d$/.test(read));
    return !named || links.some(({ capture }) => capture);
  });
}
