import { ms, size } from '../config/words.ts';
import type { WafDocument, WafExclusionDocument } from '../config/waf.ts';
import type { Clock } from '../base/clock.ts';
import type { RuleFilesPort } from '../ports/rule-files.ts';
import { loadCrs, loadOwn, type LoadedCrs } from '../waf/crs/load.ts';
import type { CrsExclusion, CrsOptions } from '../waf/crs/options.ts';
import type { CrsReport } from '../waf/crs/report.ts';
import { createWaf, type Waf } from '../waf/engine.ts';
import type { SourceText } from '../waf/forms/seclang/read.ts';
import { RuleError } from '../waf/rule-error.ts';
import { rulesOf, type RuleSet } from '../waf/rule.ts';
import type { Settings } from '../waf/settings.ts';
import { stepsPerMs } from '../waf/regex/meter.ts';

/** What changes the rules themselves, so that each of its values is a program of its own. */
export type WafLevels = Pick<WafDocument, 'paranoia' | 'detectionParanoia' | 'threshold' | 'variables'>;

/** What is said about rules when they are loaded. */
export interface WafAbout {
  readonly versions: readonly string[];
  readonly rules: number;
  /** What asks servers elsewhere, and is not run. */
  readonly leftOut: number;
  /** Exclusions of the document that mean no rule. */
  readonly idle: readonly string[];
}

export const aboutOf = ({ versions, rules, leftOut, ignored }: CrsReport): WafAbout => ({
  versions,
  rules,
  leftOut: leftOut.length,
  idle: ignored.filter(({ place }) => place.file === 'exclusions').map(({ what }) => what),
});

export interface LoadedWaf {
  readonly waf: Waf;
  readonly about: WafAbout;
  /** A rule could refuse an answer for what its body says. */
  readonly judgesAnswers: boolean;
}

const defined = <Given extends object>(given: Given): { [Key in keyof Given]: Exclude<Given[Key], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Given]: Exclude<Given[Key], undefined>;
  };

/** An exclusion as the engine takes it; its paths are the corridor's business. */
export const exclusionOf = ({ rules, tag, target }: WafExclusionDocument): CrsExclusion =>
  defined({ rules, tag, target });

/** The rules of a document at given levels, not yet compiled. Everything wrong goes to `onError`; null when that was fatal. */
export function readRules(
  document: WafDocument,
  levels: WafLevels,
  files: RuleFilesPort,
  onError: (error: RuleError) => void,
): LoadedCrs | null {
  const { paranoia, detectionParanoia, threshold, variables } = levels;
  const options: CrsOptions = {
    ...(defined({ paranoia, detectionParanoia, variables }) as CrsOptions),
    ...(threshold && { threshold: defined(threshold) }),
    mode: document.mode,
    responses: document.answers.judge,
    exclusions: document.exclusions.filter(({ paths }) => paths === undefined).map(exclusionOf),
  };
  try {
    const before = sources(document.rules.before, files);
    const after = sources(document.rules.after, files);
    if (document.path === undefined) return loadOwn({ ...options, files, onError, sources: [...before, ...after] });
    return loadCrs({
      ...options,
      ...(document.setup !== undefined && { setup: document.setup }),
      path: document.path,
      files,
      onError,
      before,
      after,
    });
  } catch (thrown) {
    if (!(thrown instanceof RuleError)) throw thrown;
    onError(thrown);
    return null;
  }
}

/** Rules to an engine at work; null when anything was wrong. */
export function openRules(
  document: WafDocument,
  loaded: LoadedCrs,
  files: RuleFilesPort,
  clock: Clock,
  onError: (error: RuleError) => void,
): LoadedWaf | null {
  let wrong = false;
  const waf = createWaf(loaded.set, {
    clock,
    settings: settingsOf(document),
    readFile: (path) => files.read(path),
    onError(error) {
      wrong = true;
      onError(error);
    },
  });
  return wrong ? null : { waf, about: aboutOf(loaded.report), judgesAnswers: judgesAnswers(document, loaded.set) };
}

export function settingsOf({ body, answers, budget, mode }: WafDocument): Partial<Settings> {
  const most = size(body.bytes);
  return {
    mode,
    requestBodyLimit: most,
    requestBodyNoFilesLimit: body.fields === undefined ? most : size(body.fields),
    requestBodyLimitAction: body.over === 'block' ? 'block' : 'inspect-first-part',
    responseBody: answers.judge,
    responseBodyLimit: size(answers.bytes),
    responseBodyLimitAction: answers.over === 'block' ? 'block' : 'inspect-first-part',
    ...(answers.types && { responseBodyTypes: answers.types.map((type) => type.toLowerCase()) }),
    patternSteps: ms(budget) * stepsPerMs,
  };
}

/** Could a rule refuse an answer for its body? One that only tells is no reason to hold it. */
export const judgesAnswers = ({ answers }: WafDocument, set: RuleSet): boolean => answers.judge && refusesIn(set, 4);

const refusesIn = (set: RuleSet, phase: number): boolean =>
  rulesOf(set).some(
    (rule) => rule.phase === phase && rule.disruption.kind !== 'pass' && rule.disruption.kind !== 'allow',
  );

function sources(names: readonly string[], files: RuleFilesPort): SourceText[] {
  return names.flatMap((name): SourceText[] => {
    const found = /[*?]/.test(name) ? files.list(name) : [name];
    if (found.length === 0)
      throw new RuleError(`no file is called \`${name}\``, { hint: 'a path begins where the document is' });
    return found.map((file) => {
      const text = files.read(file);
      if (text === null)
        throw new RuleError(`\`${file}\` cannot be read`, { hint: 'a path begins where the document is' });
      return { file, text };
    });
  });
}
