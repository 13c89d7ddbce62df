import type { RuleSelector } from '../../exclusions.ts';
import { ruleTest } from '../../exclusions.ts';
import type { Marker, Phase, Rule, RuleSet } from '../../rule.ts';
import { RuleError, type SourcePlace } from '../../rule-error.ts';
import { defaultSettings, type Settings } from '../../settings.ts';
import type { WrittenAction } from './action-list.ts';
import { chains, finishRule, type LinkDraft, type RuleDraft } from './rule-draft.ts';

/** Reads the files that `Include` names. */
export interface RuleFiles {
  /** The file as a byte string; null when there is none. */
  read(path: string): string | null;
  /** Paths that a pattern with `*` and `?` stands for, in alphabetical order. */
  list(pattern: string): readonly string[];
}

/** A rule set while it is being read. */
export class Draft {
  readonly files: RuleFiles | null;
  settings: Settings;
  readonly signatures: string[] = [];
  readonly defaults = new Map<Phase, readonly WrittenAction[]>();
  #items: (RuleDraft | Marker)[] = [];
  #open: RuleDraft | null = null;
  /** The rest of a chain of which one link could not be read: it is left out as a whole. */
  #spoilt = false;
  /** Rules as they stand, made when their last link was read; a later directive that changes one takes it out. */
  readonly #built = new Map<RuleDraft, Rule>();
  /** Files that are being read now, outermost first: an include may not come back to itself. */
  readonly reading: string[] = [];
  /** Set by `read.ts`: hears of a directive that says nothing here. */
  ignore: (what: string, place: SourcePlace) => void = () => undefined;
  /** Set by `read.ts`: reads one more file into this draft. */
  include: (path: string, place: SourcePlace) => void = () => undefined;

  constructor(files: RuleFiles | null, settings: Settings = defaultSettings) {
    this.files = files;
    this.settings = settings;
  }

  set(change: Partial<Settings>): void {
    this.settings = { ...this.settings, ...change };
  }

  add(link: LinkDraft): void {
    const goesOn = chains(link);
    if (this.#spoilt) {
      this.#spoilt = goesOn;
      return;
    }
    if (this.#open !== null) this.#open.links.push(link);
    else this.#open = { kind: 'rule', links: [link], defaults: new Map(this.defaults) };
    if (goesOn) return;
    const rule = this.#open;
    this.#open = null;
    this.#built.set(rule, finishRule(rule));
    this.#items.push(rule);
  }

  /** A link could not be read: the chain it belongs to is left out, what has been read of it and what follows. */
  spoil(goesOn: boolean): void {
    this.#open = null;
    this.#spoilt = goesOn;
  }

  mark(name: string, place: SourcePlace): void {
    this.closed(place);
    this.#items.push({ kind: 'marker', name, place });
  }

  /** A chain must have ended here. */
  closed(place: SourcePlace): void {
    if (this.#open !== null) {
      const from = this.#open.links[0]?.place;
      this.#open = null;
      throw new RuleError(`the chain that began in line ${from?.line ?? '?'} has not ended`, {
        place,
        hint: 'the last rule of a chain does not say `chain`',
      });
    }
  }

  /** The rules that are meant, so far; when there are none, that is said, for it is seldom what was wanted. */
  rules(selector: RuleSelector, place: SourcePlace, directive: string): readonly RuleDraft[] {
    const test = ruleTest(selector, place);
    const found = this.#items.filter((item): item is RuleDraft => item.kind === 'rule' && test(this.#rule(item)));
    if (found.length === 0) this.ignore(`${directive}: no rule before it is meant`, place);
    return found;
  }

  /** The rule was changed and must be made anew. */
  changed(rule: RuleDraft): void {
    this.#built.delete(rule);
  }

  #rule(draft: RuleDraft): Rule {
    let rule = this.#built.get(draft);
    if (rule === undefined) this.#built.set(draft, (rule = finishRule(draft)));
    return rule;
  }

  remove(rules: readonly RuleDraft[]): void {
    const gone = new Set<RuleDraft | Marker>(rules);
    this.#items = this.#items.filter((item) => !gone.has(item));
  }

  finish(): RuleSet {
    const items = this.#items.map((item): Rule | Marker => (item.kind === 'marker' ? item : this.#rule(item)));
    const seen = new Map<string, Rule>();
    for (const item of items) {
      if (item.kind === 'marker') continue;
      const twin = seen.get(item.id);
      if (twin) {
        throw new RuleError(`two rules have the id ${item.id}`, {
          place: item.place,
          hint: `the other one is ${twin.place.file}:${twin.place.line}`,
        });
      }
      seen.set(item.id, item);
    }
    return { items, settings: this.settings, signatures: this.signatures };
  }
}
