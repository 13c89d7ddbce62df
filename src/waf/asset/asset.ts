import { matchesIn } from '../condition.ts';
import { Turn } from '../fast/fold.ts';
import type { RuleSet } from '../rule.ts';
import { decide, type Decisions } from '../fast/decisions.ts';
import { fastRunner } from '../fast/runner.ts';
import { wafOf, type Waf, type WafOptions } from '../engine.ts';
import { constantOf } from '../macro.ts';
import type { CompiledRule, Program } from '../program.ts';
import type { Settings } from '../settings.ts';
import { pack, unpack, type Table } from './container.ts';
import { readDecisions, storeDecisions, type StoredDecisions } from './stored-decisions.ts';
import { readMatchers, storeMatchers, type StoredMatchers } from './stored-matchers.ts';
import { readPatterns, rowOf, storePatterns } from './stored-patterns.ts';
import { readProgram, storeProgram, type StoredProgram } from './stored-program.ts';
import { itemsOf, storeRules, type StoredRules } from './stored-rules.ts';

interface Said {
  readonly rules: StoredRules;
  readonly settings: Settings;
  /** Where each file's text ends in the table of texts. */
  readonly files: readonly (readonly [path: string, end: number])[];
  readonly program: StoredProgram;
  readonly decisions: StoredDecisions;
  readonly matchers: StoredMatchers;
}

/**
 * A program as bytes to keep in a file, with everything that was worked out about it, and the texts of the files that
 * its rules name, by path.
 */
export function writeAsset(program: Program, files: ReadonlyMap<string, string>): Uint8Array<ArrayBuffer> {
  const { set } = program;
  const { unicodeMap, ...settings } = set.settings;
  const rules = storeRules(set);
  const stored = storeProgram(program);
  const decided = decide(program);
  const decisions = storeDecisions(decided);
  const all = patternsIn(program.rules);
  const wanted = [...all].filter((source) => source.length <= short);
  const patterns = storePatterns(all, new Set([...patternsIn(askedFor(program, decided)), ...wanted]));
  const matchers = storeMatchers(program, decided.screen, rowOf(patterns));
  const texts = [...files].map(([path, text]) => [path, new TextEncoder().encode(text)] as const);
  let end = 0;
  const ends = texts.map(([path, text]) => [path, (end += text.length)] as const);
  const bytes = new Uint8Array(end);
  for (const [at, [, text]] of texts.entries()) bytes.set(text, ends[at]![1] - text.length);
  const said: Said = {
    rules: rules.said,
    settings: { ...settings, unicodeMap: null },
    files: ends,
    program: stored.said,
    decisions: decisions.said,
    matchers: matchers.said,
  };
  const tables = {
    ...decisions.tables,
    ...stored.tables,
    ...rules.tables,
    ...patterns,
    ...matchers.tables,
    files: bytes,
  };
  return pack({ said, tables: unicodeMap === null ? tables : { ...tables, unicodeMap } });
}

/** Patterns of so many characters are kept of all rules. */
const short = 64;

/** Rules about requests whose turn can come: other levels and answers have most of the text. */
function askedFor(program: Program, { plans, screen }: Decisions): readonly CompiledRule[] {
  const early = screen.screened.filter(({ phase }) => phase <= 2);
  const asked = new Set(early.map(({ phase, at }) => program.phases[phase][at]!));
  for (const phase of [1, 2] as const) {
    for (const [at, rule] of program.phases[phase].entries())
      if (plans.quiet.phases[phase].turns[at] === Turn.run) asked.add(rule);
  }
  return [...asked];
}

/** Patterns that stand in the rules themselves, as they are looked for. */
function patternsIn(rules: readonly CompiledRule[]): ReadonlySet<string> {
  const sources = new Set<string>();
  for (const { rule } of rules) {
    for (const { condition } of rule.links) {
      for (const { operator, argument, targets, exclusions } of matchesIn(condition)) {
        const source = patternOperators.has(operator.toLowerCase()) ? constantOf(argument) : null;
        if (source !== null) sources.add(source);
        for (const { selector } of [...targets, ...exclusions])
          if (selector.kind === 'pattern') sources.add(`(?i)${selector.source}`);
      }
    }
  }
  return sources;
}

const patternOperators = new Set(['rx', 'verifycc', 'verifycpf', 'verifyssn']);

/** What a cold start reads instead of building. Nothing of it has been read further than it had to be. */
export interface Asset {
  readonly settings: Settings;
  /** All rules as they were written. */
  readonly set: RuleSet;
  /** A file that rules name, null when none of them does. */
  readFile(path: string): string | null;
  /** The rules at work, run the fast way. */
  open(options?: Omit<WafOptions, 'readFile' | 'runner' | 'checked' | 'onError'>): Waf;
}

/** Reads what `writeAsset` wrote; throws when it is something else, of another layout, or damaged. */
export function readAsset(bytes: Uint8Array): Asset {
  const { said, tables } = unpack(bytes);
  const { rules, files, program, decisions, matchers, settings: stored } = said as Said;
  const settings: Settings = { ...stored, unicodeMap: (tables['unicodeMap'] as Uint8Array | undefined) ?? null };
  const readFile = fileReader(files, tables['files']!);
  const item = itemsOf(tables);
  const rest = { settings, signatures: rules.signatures };
  const patterns = readPatterns(tables);
  const open = (options: WafOptions): Program =>
    readProgram(program, tables, item, rest, { ...options, readFile, patterns: patterns.find });
  const matcherFor = readMatchers(matchers, tables, patterns, readFile);
  return {
    settings,
    readFile,
    get set() {
      return open({}).set;
    },
    open(options = {}) {
      const runner = (opened: Program) => fastRunner(opened, readDecisions(decisions, tables, opened), matcherFor);
      return wafOf(open(options), settings, { ...options, runner });
    },
  };
}

function fileReader(files: Said['files'], texts: Table): Asset['readFile'] {
  return (path) => {
    const at = files.findIndex(([name]) => name === path);
    if (at < 0) return null;
    const bytes = texts.subarray(files[at - 1]?.[1] ?? 0, files[at]![1]);
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  };
}
