import { matcherOf as matcherOfRule, matchOf, turned } from '../fast/entries.ts';
import type { ScreenPlan } from '../fast/screen-shape.ts';
import type { Screened } from '../fast/look.ts';
import { constantOf } from '../macro.ts';
import type { Matcher } from '../operator.ts';
import { operatorNamed } from '../operator-table.ts';
import type { CompiledMatch, CompiledRule, Program } from '../program.ts';
import { matcherOf } from '../regex/pattern-matcher.ts';
import { RuleError } from '../rule-error.ts';
import { beside } from '../rule-path.ts';
import type { Contents, Table } from './container.ts';
import type { StoredPatterns } from './stored-patterns.ts';

/** What screened conditions compare with. A start asks dozens of them, and would read as many rules only for that. */
export interface StoredMatchers {
  readonly operators: readonly string[];
  /** Files that rules stand in: what they name lies beside them. */
  readonly files: readonly string[];
  readonly arguments: readonly string[];
}

/** Four numbers for each condition: operator (0: ask the rule), argument or row of its pattern, file, negated. */
const width = 4;
/** Longer arguments are read with their rules. */
const longestArgument = 200;

const ruleOf = (program: Program, { phase, at }: Screened): CompiledRule => program.phases[phase][at]!;

export function storeMatchers(
  program: Program,
  { screened }: ScreenPlan,
  rowOf: (source: string) => number | null,
): Contents<StoredMatchers> {
  const operators = new Map<string, number>();
  const files = new Map<string, number>();
  const said = new Map<string, number>();
  const numberOf = (text: string, among: Map<string, number>): number => {
    if (!among.has(text)) among.set(text, among.size);
    return among.get(text)!;
  };
  const matchers = new Uint16Array(screened.length * width);
  for (const [bit, one] of screened.entries()) {
    const { operator, source } = matchOf(ruleOf(program, one), one.link);
    const constant = constantOf(source.argument);
    const text = constant ?? one.argument ?? '';
    const row = operator.name === 'rx' && constant !== null ? rowOf(constant) : null;
    if (operator.name === 'rx' ? row === null : text.length > longestArgument) continue;
    const argument = row ?? numberOf(text, said);
    const numbers = [
      numberOf(operator.name, operators) + 1,
      argument,
      numberOf(source.place.file, files),
      source.negated ? 1 : 0,
    ];
    matchers.set(numbers, bit * width);
  }
  return {
    said: { operators: [...operators.keys()], files: [...files.keys()], arguments: [...said.keys()] },
    tables: { matchers },
  };
}

/** Makes the matcher of a screened condition, with true for a hit. */
export function readMatchers(
  { operators, files, arguments: said }: StoredMatchers,
  tables: Readonly<Record<string, Table>>,
  patterns: StoredPatterns,
  readFile: (path: string) => string | null,
): (program: Program, one: Screened) => Matcher {
  const numbers = tables['matchers']!;
  return (program, one) => {
    const [operator, argument, file, negated] = numbers.subarray(one.bit * width) as unknown as number[];
    if (operator === 0) return matcherOfRule(ruleOf(program, one), one);
    const name = operators[operator! - 1]!;
    if (name === 'rx') {
      const source = (): string => constantOf(conditionOf(program, one).source.argument) ?? '';
      return turned(negated === 1, matcherOf(patterns.at(argument!, source)));
    }
    const context = {
      readFile(path: string) {
        const text = readFile(beside(files[file!]!, path));
        if (text === null) throw new RuleError(`\`${path}\` cannot be read`);
        return text;
      },
    };
    return turned(negated === 1, operatorNamed(name).compile(said[argument!]!, context));
  };
}

const conditionOf = (program: Program, one: Screened): CompiledMatch => matchOf(ruleOf(program, one), one.link);
