import type { Condition, Exclusion, MatchCondition, Selector, Target } from './condition.ts';
import { spell } from './condition.ts';
import type { ChainTree } from './chain-tree.ts';
import type { CompileOptions } from './compile-options.ts';
import { fieldNamed } from './field-table.ts';
import { constantOf, expand, written } from './macro.ts';
import type { Matcher, OperatorContext, OperatorDefinition } from './operator.ts';
import { operatorNamed } from './operator-table.ts';
import type { ChainNode, CompiledCondition, CompiledExclusion, CompiledMatch, CompiledTarget } from './program.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';
import { beside } from './rule-path.ts';
import { keyTest } from './selector.ts';
import type { Transaction } from './transaction.ts';

/** Matches nothing and everything not: what stands in for an operator whose argument came out unreadable. */
const nothing: Matcher = { test: () => false, find: () => null };

/** How many arguments that macros made are kept compiled, per condition. */
const kept = 32;

/** Patterns of rules that were compiled before are read when a name is first held against them. */
function testOf(selector: Selector, place: SourcePlace | undefined, options: CompileOptions): CompiledTarget['test'] {
  if (selector.kind !== 'pattern' || !options.checked) return keyTest(selector, place);
  let test: CompiledTarget['test'] = null;
  return (key) => (test ??= keyTest(selector, place, options.patterns)!)(key);
}

function compileTarget(target: Target, place: SourcePlace, options: CompileOptions): CompiledTarget {
  return {
    field: fieldNamed(target.field, place),
    test: testOf(target.selector, place, options),
    key: target.selector.kind === 'key' ? target.selector.key : null,
    count: target.count,
    spelled: spell(target),
  };
}

export function compileExclusion(
  exclusion: Exclusion,
  place?: SourcePlace,
  options: CompileOptions = {},
): CompiledExclusion {
  return { field: fieldNamed(exclusion.field, place), test: testOf(exclusion.selector, place, options) };
}

/** One comparison. What its argument stands for is read at once, or when it is first asked for rules that were `checked`. */
class Match implements CompiledMatch {
  readonly kind = 'match';
  readonly source: MatchCondition;
  readonly targets: readonly CompiledTarget[];
  readonly exclusions: readonly CompiledExclusion[];
  readonly chain: ChainNode;
  readonly operator: OperatorDefinition;
  private readonly argument: string | null;
  private readonly context: OperatorContext;
  private made: Matcher | null = null;
  /** For each argument that macros made, a matcher, or why there is none. */
  private readonly filled = new Map<string, Matcher | string>();

  constructor(source: MatchCondition, chains: ChainTree, options: CompileOptions) {
    const { place } = source;
    this.source = source;
    this.operator = operatorNamed(source.operator, place);
    this.argument = constantOf(source.argument);
    this.context = {
      readFile(path) {
        const full = beside(place.file, path);
        const text = options.readFile?.(full) ?? null;
        if (text === null) throw new RuleError(`\`${full}\` cannot be read`, { place });
        return text;
      },
      // Only for what stands in the rules: what a macro makes could be any pattern.
      ...(options.patterns && this.argument !== null && { patterns: options.patterns }),
    };
    if (!options.checked) {
      if (this.argument !== null) this.made = this.make(this.argument);
      for (const part of source.argument) if (typeof part !== 'string') fieldNamed(part.field, place);
    }
    this.targets = source.targets.map((target) => compileTarget(target, place, options));
    this.exclusions = source.exclusions.map((exclusion) => compileExclusion(exclusion, place, options));
    this.chain = chains.node(source.transforms, place);
  }

  get constant(): Matcher | null {
    return this.argument === null ? null : (this.made ??= this.make(this.argument));
  }

  matcher(transaction: Transaction): Matcher {
    if (this.argument !== null) return (this.made ??= this.make(this.argument));
    const text = expand(this.source.argument, transaction.look);
    let found = this.filled.get(text);
    if (found === undefined) {
      try {
        found = this.make(text);
      } catch (error) {
        found = error instanceof Error ? error.message : written(this.source.argument);
      }
      if (this.filled.size >= kept) this.filled.clear();
      this.filled.set(text, found);
    }
    if (typeof found !== 'string') return found;
    transaction.faults.push(found);
    return nothing;
  }

  private make(argument: string): Matcher {
    try {
      return this.operator.compile(argument, this.context);
    } catch (error) {
      if (!(error instanceof RuleError) || error.place) throw error;
      throw new RuleError(`@${this.operator.name}: ${error.message}`, { place: this.source.place });
    }
  }
}

export function compileCondition(condition: Condition, chains: ChainTree, options: CompileOptions): CompiledCondition {
  switch (condition.kind) {
    case 'match':
      return new Match(condition, chains, options);
    case 'and':
    case 'or':
      return { kind: condition.kind, of: condition.of.map((part) => compileCondition(part, chains, options)) };
    case 'not':
      return { kind: 'not', of: compileCondition(condition.of, chains, options) };
    default:
      return condition;
  }
}
