import { emptyBody } from '../bodies/body-view.ts';
import { evaluate, evaluateMatch, type Evaluate } from '../evaluate.ts';
import type { FieldValue } from '../field.ts';
import type { Matcher } from '../operator.ts';
import type { CompiledRule, Program } from '../program.ts';
import type { Phase } from '../rule.ts';
import { ended, runRule, type RunPhase, type Standing } from '../run.ts';
import type { Transaction } from '../transaction.ts';
import type { Entry } from '../variables.ts';
import { Conduct, Conducts } from './conduct.ts';
import { decide, type Decisions } from './decisions.ts';
import { Turn, type Assumption } from './fold.ts';
import { matcherOf } from './entries.ts';
import { Hits, type Sizes } from './hits.ts';
import { Joins } from './joins.ts';
import { lasts } from './lasting.ts';
import { Memo } from './memo.ts';
import type { Screened } from './look.ts';
import type { OpenLook } from './open-look.ts';
import { add } from './rule-bits.ts';
import { Screen } from './screen.ts';
import { BodyRules, Turns } from './turns.ts';

/** What a screened condition compares with; true means a hit. */
type MatcherFor = (program: Program, one: Screened) => Matcher;

/** What is remembered about one request between its phases. */
class Progress {
  readonly hits: Hits;
  /** Leaves out values of which it is known that they do not hit. */
  readonly evaluate: Evaluate;
  assumption: Assumption;
  /** How many of the request's own removals of targets have been taken into account. */
  removals = 0;
  /** What phase 2 reads of the head has been screened. */
  readonly headSeen: boolean;

  constructor(hits: Hits, knowing: Evaluate, assumption: Assumption, headSeen: boolean) {
    this.headSeen = headSeen;
    this.hits = hits;
    this.evaluate = knowing;
    this.assumption = assumption;
  }
}

/**
 * Runs phases to the same findings as `evaluate.ts`, without asking rules that cannot match: values are screened once
 * for all rules, and what follows from settings alone was decided at load. Rules that steer and are no finding
 * (`nolog`, `pass`) are not listed among the matches where they were decided at load.
 */
export function fastRunner(
  program: Program,
  decisions: Decisions = decide(program),
  matcherFor: MatcherFor = (of, one) => matcherOf(of.phases[one.phase][one.at]!, one),
): RunPhase {
  const runner = new Runner(program, decisions, matcherFor);
  const stand = (transaction: Transaction): Standing | null => runner.stand(transaction);
  const settled = (): boolean => runner.lasting(1);
  return Object.assign((transaction: Transaction, phase: Phase) => runner.run(transaction, phase), {
    lasts: settled,
    stand,
  });
}

const none: readonly FieldValue[] = [];

class Runner {
  private readonly program: Program;
  private readonly decisions: Decisions;
  private readonly sizes: Sizes;
  private readonly screen: Screen;
  private readonly joins: Joins;
  /** The screen's numbers of conditions, by rule and link. */
  private readonly bits: number[][] = [];
  private readonly conducts: Conducts;
  private readonly memos: ReadonlyMap<number, Memo>;
  private readonly lastingIn: { 1?: boolean; 2?: boolean } = {};
  /** What the fields of an empty body hit. */
  private bare: Hits | null = null;
  private bodyRules: BodyRules | null = null;
  /** For looks at bodies that come to nothing. */
  private glance: Progress | null = null;
  private readonly bases = new Map<number, ReadonlyMap<string, Entry>>();

  constructor(program: Program, decisions: Decisions, matcherFor: MatcherFor) {
    this.program = program;
    this.decisions = decisions;
    const { screen, memos, plans } = decisions;
    for (const { bit, phase, at, link } of screen.screened)
      (this.bits[program.phases[phase][at]!.index] ??= [])[link] = bit;
    const size = (phase: Phase): number => program.phases[phase].length;
    this.sizes = { 1: size(1), 2: size(2), 3: size(3), 4: size(4), 5: size(5) };
    const matcher = (bit: number): Matcher => matcherFor(program, screen.screened[bit]!);
    this.screen = new Screen(program, screen, this.sizes, matcher);
    this.joins = new Joins(program, screen.joined);
    this.conducts = new Conducts(program, plans);
    this.memos = new Map(memos.map((memo) => [memo.rule, new Memo(program.field(memo.field)!, memo)]));
  }

  run(transaction: Transaction, phase: Phase): void {
    if (transaction.allowed === 'phase') transaction.allowed = null;
    if (!ended(transaction, phase)) this.rules(transaction, phase, this.screened(transaction, phase));
    transaction.rule = null;
    transaction.matchedVars = [];
  }

  /** Looks at all that phase 2 reads of the head. */
  stand(transaction: Transaction): Standing | null {
    const at = transaction.progress;
    if (!(at instanceof Progress) || at.assumption !== 'quiet') return null;
    this.look(this.screen.second.ofHead, transaction, at.hits);
    const rules = (this.bodyRules ??= new BodyRules(this.program, this.decisions.plans.quiet.phases[2]));
    const turns = new Turns(rules);
    const passes = (from: Transaction): boolean => {
      const glance = (this.glance ??= this.progress(at.hits.copy(), 'quiet', true));
      glance.hits.begin(at.hits);
      this.screenBody(from, glance);
      return turns.has(glance.hits.places[2]);
    };
    return {
      fork: () => this.progress(at.hits.copy(), 'quiet', true),
      isSettled: ({ progress }) => progress instanceof Progress && progress.assumption === 'quiet' && this.lasting(2),
      passes: rules.worth && this.lasting(2) ? passes : null,
      passed: () => turns.keep(),
    };
  }

  lasting(phase: 1 | 2): boolean {
    return (this.lastingIn[phase] ??= lasts(this.program, this.decisions.plans.quiet, phase));
  }

  private screened(transaction: Transaction, phase: Phase): Progress {
    const known = transaction.progress;
    const progress = known instanceof Progress ? known : this.begin(transaction);
    const { screen } = this;
    const bare = phase === 2 && transaction.body === emptyBody && transaction.bodyLength === 0;
    if (phase === 2 && progress.headSeen) {
      this.screenBody(transaction, progress);
      return progress;
    }
    if (bare) {
      this.screenBare(transaction, progress.hits);
      this.look(screen.second.filled, transaction, progress.hits);
    } else this.look(screen.looks(phase), transaction, progress.hits);
    this.joins.add(phase, transaction, progress.hits);
    progress.removals = 0;
    this.recount(transaction, phase, progress);
    return progress;
  }

  /** What is left of phase 2 when what it reads of the head has been screened. */
  private screenBody(transaction: Transaction, progress: Progress): void {
    this.look(this.screen.second.ofBody, transaction, progress.hits);
    this.joins.add(2, transaction, progress.hits);
    progress.removals = 0;
    this.recount(transaction, 2, progress);
  }

  private look(looks: readonly OpenLook[], transaction: Transaction, hits: Hits): void {
    for (const open of looks) {
      const values = transaction.read(open.look.field);
      for (let i = 0; i < values.length; i++) this.screen.value(open, values[i]!, hits);
    }
  }

  /** Counts were taken before the request left targets out: with fewer values another number may be the one that hits. */
  private recount(transaction: Transaction, phase: Phase, progress: Progress): void {
    const { all } = transaction.removals;
    if (all.length === progress.removals) return;
    for (const { at, counts } of this.decisions.screen.joined[phase]) {
      if (counts.length === 0) continue;
      const { index } = this.program.phases[phase][at]!;
      for (let i = progress.removals; i < all.length; i++)
        if (all[i]!.mask[index] === 1) add(progress.hits.places[phase], at);
    }
    progress.removals = all.length;
  }

  private begin(transaction: Transaction): Progress {
    const assumption = transaction.removals.steered ? 'plain' : this.decisions.start;
    const hits = new Hits(this.decisions.screen.words, this.sizes);
    return (transaction.progress = this.progress(hits, assumption, false));
  }

  private progress(hits: Hits, assumption: Assumption, headSeen: boolean): Progress {
    const knowing: Evaluate = (asked, rule, link) => {
      const bit = this.bits[rule.index]?.[link.at];
      if (bit === undefined || link.condition.kind !== 'match') return evaluate(asked, rule, link);
      return evaluateMatch(asked, rule, link, link.condition, hits.values.get(bit) ?? none);
    };
    return new Progress(hits, knowing, assumption, headSeen);
  }

  /** Fields of a body, when there is none: what they say is the same each time. */
  private screenBare(transaction: Transaction, hits: Hits): void {
    if (this.bare === null) {
      const alone = new Hits(this.decisions.screen.words, this.sizes);
      this.look(this.screen.second.bare, transaction, alone);
      this.bare = alone;
    }
    hits.add(this.bare);
  }

  private rules(transaction: Transaction, phase: Phase, progress: Progress): void {
    const rules = this.program.phases[phase];
    const hits = progress.hits.places[phase];
    let at = 0;
    while (!ended(transaction, phase)) {
      const plan = this.decisions.plans[progress.assumption].phases[phase];
      at = nextTurn(plan.always, plan.screened, hits, at);
      if (at < 0) break;
      if (plan.turns[at] === Turn.write) {
        for (const { name, value } of plan.writes.get(at)!) {
          if (value === null) transaction.tx.unset(name);
          else transaction.tx.set(name, value);
        }
        at++;
        continue;
      }
      const rule = rules[at]!;
      if (progress.assumption === 'quiet') transaction.tx.rebase(this.base(plan.before[at]!));
      at++;
      if (transaction.removals.has(rule.index)) continue;
      const key = progress.assumption === 'quiet' ? this.known(rule, transaction) : null;
      if (key === '') continue;
      if (transaction.matchedVars.length > 0) transaction.matchedVars = [];
      if (transaction.evidence.length > 0) transaction.evidence.length = 0;
      const matched = runRule(transaction, rule, progress.assumption === 'plain' ? evaluate : progress.evaluate);
      if (matched) at = rule.next;
      else if (key !== null) this.memos.get(rule.index)!.keep(key);
      const deep = matched ? rule.links.length + 1 : transaction.evidence.length;
      if (deep > 0) this.note(progress, this.conducts.of(rule)[deep]!);
      this.recount(transaction, phase, progress);
      if (transaction.verdict !== null) return;
    }
    const { before, turns } = this.decisions.plans.quiet.phases[phase];
    if (progress.assumption === 'quiet') transaction.tx.rebase(this.base(before[turns.length]!));
  }

  /** The list of values to remember when the rule does not match; '' when it did not before. */
  private known(rule: CompiledRule, transaction: Transaction): string | null {
    const memo = this.memos.get(rule.index);
    if (memo === undefined || transaction.removals.targets(rule.index).length > 0) return null;
    const key = memo.key(transaction);
    return key !== null && memo.isClean(key) ? '' : key;
  }

  private note(progress: Progress, conduct: number): void {
    if (conduct === Conduct.removes) progress.assumption = 'plain';
    else if (conduct === Conduct.loud && progress.assumption === 'quiet') progress.assumption = 'loud';
  }

  /** What `TX` holds after so many writes of the quiet history. */
  private base(writes: number): ReadonlyMap<string, Entry> {
    let base = this.bases.get(writes);
    if (base === undefined) {
      const entries = new Map<string, Entry>();
      for (const { name, value } of this.decisions.plans.quiet.history.slice(0, writes)) {
        if (value === null) entries.delete(name);
        else entries.set(name, { name, value, expires: null });
      }
      this.bases.set(writes, (base = entries));
    }
    return base;
  }
}

/** The first rule from `from` on whose turn comes, or -1. */
function nextTurn(always: Uint32Array, screened: Uint32Array, hits: Uint32Array, from: number): number {
  let index = from >>> 5;
  let mask = -1 << (from & 31);
  for (; index < always.length; index++) {
    const bits = (always[index]! | (screened[index]! & hits[index]!)) & mask;
    if (bits !== 0) return index * 32 + 31 - Math.clz32(bits & -bits);
    mask = -1;
  }
  return -1;
}
