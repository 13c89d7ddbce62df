import type { RuleFiles } from '../forms/seclang/draft.ts';
import { readSecLang, type SourceText } from '../forms/seclang/read.ts';
import type { RuleSet } from '../rule.ts';
import { RuleError, type SourcePlace } from '../rule-error.ts';
import { findCrs, type CrsFiles } from './find.ts';
import type { CrsOptions } from './options.ts';
import { exclusionRules, prelude, settingRules } from './prelude.ts';
import { reportOf, type CrsReport } from './report.ts';

export interface LoadCrsOptions extends CrsOptions {
  /** The rule set's directory: the one with `rules/` in it, or that one itself. */
  readonly path: string;
  readonly files: RuleFiles;
  /** The set-up file, when it is not beside the rules. */
  readonly setup?: string;
  /** More rules of one's own: before the set (to switch parts of it off for some requests) and after it. */
  readonly before?: readonly SourceText[];
  readonly after?: readonly SourceText[];
  /** Takes what is not understood instead of throwing it; the rule or directive is left out. */
  readonly onError?: (error: RuleError) => void;
}

/** Only rules of one's own. */
export interface LoadOwnOptions extends Omit<LoadCrsOptions, 'path' | 'setup' | 'before' | 'after'> {
  readonly sources: readonly SourceText[];
}

export interface LoadedCrs {
  readonly set: RuleSet;
  readonly report: CrsReport;
}

/** What an old rule set asks of servers elsewhere, in rules that are off unless somebody turns them on. */
const leaveOut = /there is no operator `@(?:rbl|gsbLookup)`/;

/**
 * Loads the OWASP Core Rule Set, 3.3 or 4. Throws `RuleError` for whatever is not understood; rules that would ask a
 * name server while a request waits are left out and named in the report.
 */
export function loadCrs(options: LoadCrsOptions): LoadedCrs {
  const { files } = options;
  const found = findCrs(options.path, files, options.setup);
  const source = (file: string): SourceText => {
    const text = files.read(file);
    if (text === null) throw new RuleError(`\`${file}\` cannot be read`);
    return { file, text };
  };
  const exclusions = exclusionRules(options.exclusions ?? []);
  const sources: SourceText[] = [
    { file: 'engine', text: prelude(options) },
    ...(found.setup === null ? [] : [source(found.setup)]),
    { file: 'options', text: settingRules(options, found.setup === null) },
    { file: 'exclusions', text: exclusions.before },
    ...(options.before ?? []),
    ...found.rules.map(source),
    ...(options.after ?? []),
    { file: 'exclusions', text: exclusions.after },
  ];
  return read(sources, found, options);
}

/** Loads rules of one's own, with the same engine settings around them as around the rule set. */
export function loadOwn(options: LoadOwnOptions): LoadedCrs {
  const exclusions = exclusionRules(options.exclusions ?? []);
  const sources: SourceText[] = [
    { file: 'engine', text: prelude(options) },
    { file: 'options', text: settingRules(options, false) },
    { file: 'exclusions', text: exclusions.before },
    ...options.sources,
    { file: 'exclusions', text: exclusions.after },
  ];
  return read(sources, { setup: null, rules: options.sources.map(({ file }) => file) }, options);
}

function read(
  sources: readonly SourceText[],
  found: CrsFiles,
  options: Pick<LoadCrsOptions, 'files' | 'onError'>,
): LoadedCrs {
  const { files } = options;
  const leftOut: RuleError[] = [];
  const ignored: { what: string; place: SourcePlace }[] = [];
  const set = readSecLang(sources, {
    files,
    onError(error) {
      if (leaveOut.test(error.message)) leftOut.push(error);
      else if (options.onError) options.onError(error);
      else throw error;
    },
    onIgnored: (what, place) => ignored.push({ what, place }),
  });
  return { set, report: reportOf(set, found, { leftOut, ignored }) };
}
