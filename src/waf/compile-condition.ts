import type { Condition, Exclusion, MatchCondition, Target } from './condition.ts';
import { spell } from './condition.ts';
import type { ChainTree } from './chain-tree.ts';
import type { CompileOptions } from './compile-options.ts';
import { fieldNamed } from './field-table.ts';
import { constantOf, expand, written } from './macro.ts';
import type { Matcher, OperatorContext } from './operator.ts';
import { operatorNamed } from './operator-table.ts';
import type { CompiledCondition, CompiledExclusion, CompiledMatch, CompiledTarget } from './program.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';
import { beside } from './rule-path.ts';
import { keyTest } from './selector.ts';
import type { Transaction } from './transaction.ts';

/** Matches nothing and everything not: what stands in for an operator whose argument came out unreadable. */
const nothing: Matcher = { test: () => false, find: () => null };

/** How many arguments that macros made are kept compiled, per condition. */
const kept = 32;

function compileTarget(target: Target, place: SourcePlace): CompiledTarget {
  return {
    field: fieldNamed(target.field, place),
    test: keyTest(target.selector, place),
    key: target.selector.kind === 'key' ? target.selector.key : null,
    count: target.count,
    spelled: spell(target),
  };
}

export function compileExclusion(exclusion: Exclusion, place?: SourcePlace): CompiledExclusion {
  return { field: fieldNamed(exclusion.field, place), test: keyTest(exclusion.selector, place) };
}

function compileMatch(source: MatchCondition, chains: ChainTree, options: CompileOptions): CompiledMatch {
  const { place } = source;
  const operator = operatorNamed(source.operator, place);
  const context: OperatorContext = {
    readFile(path) {
      const full = beside(place.file, path);
      const text = options.readFile?.(full) ?? null;
      if (text === null) throw new RuleError(`\`${full}\` cannot be read`, { place });
      return text;
    },
  };
  const argument = constantOf(source.argument);
  const make = (text: string): Matcher => {
    try {
      return operator.compile(text, context);
    } catch (error) {
      if (!(error instanceof RuleError) || error.place) throw error;
      throw new RuleError(`@${operator.name}: ${error.message}`, { place });
    }
  };
  const constant = argument === null ? null : options.checked ? lazily(() => make(argument)) : make(argument);
  for (const part of source.argument) if (typeof part !== 'string') fieldNamed(part.field, place);
  /** A matcher, or why there is none. */
  const made = new Map<string, Matcher | string>();
  const matcher = (transaction: Transaction): Matcher => {
    if (constant !== null) return constant;
    const text = expand(source.argument, transaction.look);
    let found = made.get(text);
    if (found === undefined) {
      try {
        found = make(text);
      } catch (error) {
        found = error instanceof Error ? error.message : written(source.argument);
      }
      if (made.size >= kept) made.clear();
      made.set(text, found);
    }
    if (typeof found !== 'string') return found;
    transaction.faults.push(found);
    return nothing;
  };
  return {
    kind: 'match',
    source,
    targets: source.targets.map((target) => compileTarget(target, place)),
    exclusions: source.exclusions.map((exclusion) => compileExclusion(exclusion, place)),
    chain: chains.node(source.transforms, place),
    operator,
    constant,
    matcher,
  };
}

/** A matcher that is made when it is first asked: many rules never are. */
function lazily(make: () => Matcher): Matcher {
  let made: Matcher | null = null;
  return { test: (value) => (made ??= make()).test(value), find: (value) => (made ??= make()).find(value) };
}

export function compileCondition(condition: Condition, chains: ChainTree, options: CompileOptions): CompiledCondition {
  switch (condition.kind) {
    case 'match':
      return compileMatch(condition, chains, options);
    case 'and':
    case 'or':
      return { kind: condition.kind, of: condition.of.map((part) => compileCondition(part, chains, options)) };
    case 'not':
      return { kind: 'not', of: compileCondition(condition.of, chains, options) };
    default:
      return condition;
  }
}
