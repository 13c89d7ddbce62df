import { ChainTree } from '../chain-tree.ts';
import { crsScores } from '../compile.ts';
import type { CompileOptions } from '../compile-options.ts';
import { compileLinks } from '../compile-rule.ts';
import type { Control } from '../control.ts';
import { findField } from '../field-table.ts';
import { namesBy } from '../names.ts';
import { maskKey, Masks } from '../masks.ts';
import type { CompiledLink, CompiledRule, Program } from '../program.ts';
import type { KnownPatterns } from '../regex/pattern.ts';
import type { Phase, Rule, RuleSet } from '../rule.ts';
import type { Contents, Table } from './container.ts';

/** What a program is besides its rules. */
export interface StoredProgram {
  /** Rules that selectors of `ctl` mean, by `maskKey`. */
  readonly masks: readonly (readonly [selector: string, rules: readonly number[]])[];
}

export function storeProgram(program: Program): Contents<StoredProgram> {
  const { set, rules } = program;
  const known = new Set<unknown>(rules.map(({ rule }) => rule));
  const nexts = Uint32Array.from(rules, ({ next }) => next);
  // A rule that could not be compiled is not in the program, but its text is kept: 0 as for a marker.
  const kinds = Uint8Array.from(set.items, (item) => (item.kind === 'rule' && known.has(item) ? item.phase : 0));
  const masks = new Map<string, readonly number[]>();
  for (const { links } of rules) {
    for (const { effects } of links) {
      for (const { action, data } of effects) {
        if (action.name !== 'ctl') continue;
        const control = data as Control;
        if (control.set !== 'remove' && control.set !== 'remove-target') continue;
        const mask = program.mask(control.rules);
        masks.set(
          maskKey(control.rules),
          [...mask.keys()].filter((rule) => mask[rule] === 1),
        );
      }
    }
  }
  return { said: { masks: [...masks] }, tables: { kinds, nexts } };
}

/** What all rules of a stored program read themselves with. */
interface Reader {
  item(at: number): RuleSet['items'][number];
  compile(rule: Rule): readonly CompiledLink[];
}

/** A rule that is read, and made ready, when it is first asked for. */
class StoredRule implements CompiledRule {
  readonly index: number;
  readonly next: number;
  /** Its number among all items. */
  readonly at: number;
  private readonly reader: Reader;
  private known: Rule | null = null;
  private compiled: readonly CompiledLink[] | null = null;

  constructor(index: number, next: number, at: number, reader: Reader) {
    this.index = index;
    this.next = next;
    this.at = at;
    this.reader = reader;
  }

  get rule(): Rule {
    return (this.known ??= this.reader.item(this.at) as Rule);
  }

  get links(): readonly CompiledLink[] {
    return (this.compiled ??= this.reader.compile(this.rule));
  }
}

/** The program that was stored, with nothing read and nothing compiled yet. */
export function readProgram(
  { masks }: StoredProgram,
  tables: Readonly<Record<string, Table>>,
  item: (at: number) => RuleSet['items'][number],
  rest: Pick<RuleSet, 'settings' | 'signatures'>,
  options: CompileOptions & { readonly patterns: KnownPatterns },
): Program {
  const kinds = tables['kinds'] as Uint8Array;
  const nexts = tables['nexts'] as Uint32Array;
  const chains = new ChainTree(rest.settings.unicodeMap);
  const checked: CompileOptions = { ...options, checked: true };
  const reader: Reader = { item, compile: (rule) => compileLinks(rule, chains, checked) };
  const rules: StoredRule[] = [];
  const phases: Record<Phase, CompiledRule[]> = { 1: [], 2: [], 3: [], 4: [], 5: [] };
  for (let at = 0; at < kinds.length; at++) {
    const kind = kinds[at]!;
    if (kind === 0) continue;
    const rule = new StoredRule(rules.length, nexts[rules.length]!, at, reader);
    rules.push(rule);
    phases[kind as Phase].push(rule);
  }
  const known = new Masks(rules, new Map(masks));
  let set: RuleSet | null = null;
  return {
    rules,
    phases,
    scores: options.scores ?? crsScores,
    field: findField,
    named: namesBy(options.patterns),
    transform: (name) => chains.transform(name),
    mask: (selector) => known.of(selector),
    get set() {
      return (set ??= { ...rest, items: itemsIn(rules, kinds.length, item) });
    },
  };
}

/** All items, with the rules that may have been read already. */
function itemsIn(rules: readonly StoredRule[], count: number, item: Reader['item']): RuleSet['items'] {
  const byItem = new Map(rules.map((rule) => [rule.at, rule]));
  return Array.from({ length: count }, (_, at) => byItem.get(at)?.rule ?? item(at));
}
