import { nearest } from '../../nearest.ts';
import type { RuleSet } from '../../rule.ts';
import { RuleError, type SourcePlace } from '../../rule-error.ts';
import type { Settings } from '../../settings.ts';
import type { DirectiveDefinition } from './directive.ts';
import { all } from './directives/all.gen.ts';
import { Draft, type RuleFiles } from './draft.ts';
import { logicalLines } from './lines.ts';
import { meaningless, refused } from './unsupported.ts';
import { words } from './words.ts';

const pages: readonly DirectiveDefinition[] = (
  all as readonly (DirectiveDefinition | readonly DirectiveDefinition[])[]
).flat();
export const directives = pages;
const table = new Map(pages.map((page) => [page.name.toLowerCase(), page]));

export interface ReadOptions {
  /** For `Include`, `@pmFromFile` and friends; without it such rules are refused. */
  readonly files?: RuleFiles;
  readonly settings?: Settings;
  /** Takes an error instead of throwing it, and goes on with the next directive. */
  readonly onError?: (error: RuleError) => void;
  /** Hears of directives that say nothing to this engine: where another one keeps its log, a change to no rule. */
  readonly onIgnored?: (what: string, place: SourcePlace) => void;
}

export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** Reads SecLang, several files in a row, into one rule set. Throws `RuleError` at the first thing it does not know. */
export function readSecLang(sources: readonly SourceText[], options: ReadOptions = {}): RuleSet {
  const draft = new Draft(options.files ?? null, options.settings);
  const read = (file: string, text: string): void => readInto(draft, file, text, options);
  draft.ignore = (what, place) => options.onIgnored?.(what, place);
  draft.include = (path, place) => {
    const text = draft.files?.read(path) ?? null;
    if (text === null) throw new RuleError(`\`${path}\` cannot be read`, { place });
    read(path, text);
  };
  for (const { file, text } of sources) read(file, text);
  return draft.finish();
}

function readInto(draft: Draft, file: string, text: string, options: ReadOptions): void {
  draft.reading.push(file);
  let last: SourcePlace = { file, line: 1 };
  const attempt = (work: () => void): void => {
    if (!options.onError) return work();
    try {
      work();
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      options.onError(error);
    }
  };
  for (const { text: line, place } of logicalLines(text, file)) {
    last = place;
    attempt(() => {
      try {
        directive(draft, line, place, options);
      } catch (error) {
        if (/^Sec(?:Rule|Action)\s/i.test(line)) draft.spoil(/[\s,"']chain[\s,"']/i.test(`${line} `));
        throw error;
      }
    });
  }
  attempt(() => draft.closed(last));
  draft.reading.pop();
}

function directive(draft: Draft, line: string, place: SourcePlace, options: ReadOptions): void {
  const name = /^\S+/.exec(line)?.[0] ?? '';
  const page = table.get(name.toLowerCase());
  if (page === undefined) {
    if (meaningless.has(name.toLowerCase())) {
      options.onIgnored?.(name, place);
      return;
    }
    const hint =
      refused[name.toLowerCase()] ??
      nearest(
        name,
        pages.map((page) => page.name),
      );
    throw new RuleError(`there is no directive \`${name}\``, { place, ...(hint && { hint }) });
  }
  const given = words(line.slice(name.length), place);
  const [least, most] = page.words;
  if (given.length < least || given.length > most) {
    const wanted = least === most ? String(least) : `${least} to ${most}`;
    throw new RuleError(`\`${page.name}\` takes ${wanted} word${most === 1 ? '' : 's'}, not ${given.length}`, {
      place,
    });
  }
  page.read(given, draft, place);
}
