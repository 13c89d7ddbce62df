import { groupsOf, profileOf } from '../automaton/byte-groups.ts';
import { bitsOf, Scanner } from '../automaton/scan.ts';
import { startOf } from '../automaton/starts.ts';
import { lowerAscii } from '../bytes.ts';
import type { FieldValue } from '../field.ts';
import type { Matcher } from '../operator.ts';
import type { Program } from '../program.ts';
import type { Phase } from '../rule.ts';
import { ByteSet } from '../regex/byte-set.ts';
import { begin, isLow, made, newForm, type Form } from './form.ts';
import { Hits, type Sizes } from './hits.ts';
import type { Look, Step } from './look.ts';
import { newAudience, openLook, secondLooks, type OpenLook, type SecondLooks } from './open-look.ts';
import { Routes, type Route } from './routes.ts';
import { bitsIn, capitals, lacks } from './rule-bits.ts';
import type { ScreenPlan } from './screen-shape.ts';
import { longest } from './verdicts.ts';

/** Bytes of a value from which on a scan for texts pays even for one rule. */
const worthAScan = 128;

/**
 * Finds out which rules a value could concern, exactly as far as one value of their first condition goes: a rule that
 * is not named has no hit among the values screened.
 */
export class Screen {
  private readonly open: (readonly OpenLook[] | undefined)[] = [];
  private known: SecondLooks | null = null;
  private readonly opened: (look: Look) => OpenLook;
  private readonly plan: ScreenPlan;
  private readonly matcherFor: (bit: number) => Matcher;
  private readonly scanner: Scanner;
  /** Made when they are first asked: many rules never are. */
  private readonly matchers: (Matcher | null)[];
  private readonly several: Uint8Array;
  private readonly lowersAt: Uint8Array;
  private readonly forms: Form[] = [];
  private formCount = 0;
  private formOf = new Int32Array(1);
  private lowered = new Uint8Array(1);
  private readonly rest: Uint32Array;
  /** Which steps the present value has taken: those with the present number. */
  private visited = new Uint32Array(1);
  /** For a value whose verdict is kept: it must not depend on what other values hit. */
  private readonly alone: Hits;
  private visit = 0;
  /** Groups of bytes without which a transformation only lowers. */
  private readonly lowering = new Map<string, number>();
  private current: FieldValue = { name: '', key: '', value: '' };

  /** @param matcherFor what the condition of a number compares with, true for a hit */
  constructor({ named }: Program, plan: ScreenPlan, sizes: Sizes, matcherFor: (bit: number) => Matcher) {
    this.plan = plan;
    this.matcherFor = matcherFor;
    this.scanner = new Scanner(plan.tables);
    this.matchers = plan.screened.map(() => null);
    this.several = Uint8Array.from(plan.screened, ({ several }) => (several ? 1 : 0));
    this.lowersAt = Uint8Array.from(plan.screened, ({ lowers }) => (lowers ? 1 : 0));
    this.rest = new Uint32Array(plan.words);
    this.alone = new Hits(plan.words, sizes);
    const nevers = Uint8Array.from(plan.screened, ({ never }) => never);
    this.opened = (look) => openLook(named, new Routes(plan, nevers, look), look);
    for (const phase of [1, 2] as const) this.looks(phase);
  }

  /** The looks of a phase; those at answers are opened when one comes, since many processes see none. */
  looks(phase: Phase): readonly OpenLook[] {
    return (this.open[phase] ??= this.openLooks(phase));
  }

  private openLooks(phase: Phase): readonly OpenLook[] {
    const looks = this.plan.looks[phase];
    const most = Math.max(this.formOf.length, ...looks.map(({ steps }) => steps.length));
    this.formOf = new Int32Array(most);
    this.lowered = new Uint8Array(most);
    this.visited = new Uint32Array(most);
    return looks.map(this.opened);
  }

  get second(): SecondLooks {
    return (this.known ??= secondLooks(this.looks(2)));
  }

  /** Adds to `hits` every rule for which this value is a hit. */
  value(open: OpenLook, read: FieldValue, hits: Hits): void {
    const { key, value } = read;
    this.current = read;
    const { rules, verdicts } = open.everybody ?? open.byName.get(key) ?? newAudience(open, key);
    if (verdicts === null || value.length > longest || !verdicts.isWorth()) {
      this.inspect(open, rules, value, hits);
      return;
    }
    let verdict = verdicts.get(value);
    if (verdict === undefined) {
      this.alone.rules.fill(0);
      this.alone.values.clear();
      this.inspect(open, rules, value, this.alone);
      verdict = bitsIn(this.alone.rules);
      verdicts.set(value, verdict);
    }
    for (let i = 0; i < verdict.length; i++) this.note(verdict[i]!, hits);
  }

  private inspect({ look, routes }: OpenLook, rules: Uint32Array, value: string, hits: Hits): void {
    this.formCount = 0;
    const first = this.form(value, rules);
    this.walk(look, routes.for(first.bits), rules, hits);
  }

  private matcher(bit: number): Matcher {
    return (this.matchers[bit] = this.matcherFor(bit));
  }

  /** Scans a text that the value has become, and notes which rules it could concern. */
  private form(text: string, rules: Uint32Array): Form {
    const form = this.nextForm(text);
    this.scan(form, rules);
    return form;
  }

  private scan(form: Form, rules: Uint32Array): void {
    const { scanner, plan } = this;
    form.few = false;
    scanner.scan(form.text);
    form.bits = scanner.bits;
    const profile = profileOf(scanner.bits);
    const { candidates } = form;
    const open = plan.open[profile]!;
    for (let word = 0; word < candidates.length; word++) candidates[word] = open[word]!;
    const { tables, starts, asks } = plan;
    for (let i = 0; i < scanner.found; i++) {
      const state = scanner.states[i]!;
      const last = startOf(tables.starts, state + 1);
      for (let at = startOf(tables.starts, state); at < last; at++) {
        const number = tables.texts[at]!;
        const end = startOf(starts, number + 1);
        for (let ask = startOf(starts, number); ask < end; ask++) {
          const entry = asks[ask]!;
          if (((entry >>> profile) & 1) !== 0) candidates[entry >>> 9]! |= 1 << ((entry >>> 4) & 31);
        }
      }
    }
    this.drop(form, rules);
  }

  private nextForm(text: string): Form {
    const form = (this.forms[this.formCount++] ??= newForm(this.plan.words));
    begin(form, text);
    return form;
  }

  /** Takes out candidates that do not read the value, and those whose bytes it does not have. */
  private drop({ bits, candidates }: Form, rules: Uint32Array): void {
    const { groups } = this.plan;
    const profile = profileOf(bits);
    for (let word = 0; word < candidates.length; word++) {
      let left = candidates[word]! & rules[word]!;
      candidates[word] = left;
      for (; left !== 0; left &= left - 1) {
        const low = 31 - Math.clz32(left & -left);
        if (lacks(bits, groups, ((word * 32 + low) * 4 + profile) * 3)) candidates[word]! &= ~(1 << low);
      }
    }
  }

  /** Asks the candidates of a form that no step has changed, lower case aside. */
  private ask(form: Form, rules: Uint32Array, hits: Hits): void {
    for (let word = 0; word < rules.length; word++) {
      let left = form.candidates[word]! & rules[word]!;
      for (; left !== 0; left &= left - 1) {
        const low = 31 - Math.clz32(left & -left);
        const bit = word * 32 + low;
        const lowers = this.lowersAt[bit] === 1;
        if (lowers) this.askOne(form, true, bit, hits);
        if (!lowers || this.several[bit] === 1) this.askOne(form, false, bit, hits);
      }
    }
  }

  /** Asks one rule about a text, or about the text in lower case; once, however many steps lead to it. */
  private askOne(form: Form, lowered: boolean, bit: number, hits: Hits): void {
    const low = lowered && (form.bits & capitals) !== 0;
    const asked = low ? form.askedLowered : form.asked;
    const mask = 1 << (bit & 31);
    if ((asked[bit >>> 5]! & mask) !== 0) return;
    asked[bit >>> 5]! |= mask;
    if ((this.matchers[bit] ?? this.matcher(bit)).test(low ? this.lowerOf(form) : form.text)) this.note(bit, hits);
  }

  /** Takes the value through the steps; texts that come out equal are scanned once. */
  private walk(look: Look, route: Route, rules: Uint32Array, hits: Hits): void {
    const { formOf, lowered, rest } = this;
    const { steps } = look;
    for (let word = 0; word < rest.length; word++) rest[word] = route.rest[word]! & rules[word]!;
    for (let i = 0; i < route.steps.length; i++) {
      const at = route.steps[i]!;
      const step = steps[at]!;
      const { parent } = step;
      const visited = i > 0 && this.visited[parent] === this.visit;
      if (i === 0) this.visit++;
      this.visited[at] = this.visit;
      formOf[at] = visited ? formOf[parent]! : 0;
      lowered[at] = visited ? lowered[parent]! : steps[parent]!.lowered;
      const form = formOf[at] < 0 ? null : this.forms[formOf[at]]!;
      if (form === null || form.text.length < step.shortest) {
        formOf[at] = -1;
        continue;
      }
      const { bits } = form;
      if (step.lowers || this.onlyLowers(step, bits)) {
        if ((bits & capitals) !== 0) lowered[at] = 1;
      } else if (step.triggers === 0 || (bits & step.triggers) !== 0) this.change(step, at, rules);
      if (formOf[at] < 0) continue;
      // In lower case although the chain has no such step by name: then it is not one of those asked at the end.
      if (formOf[at] === 0 && lowered[at] <= step.lowered)
        for (const bit of step.rules) rest[bit >>> 5]! |= rules[bit >>> 5]! & (1 << (bit & 31));
      else this.askStep(step, at, rules, hits);
    }
    this.ask(this.forms[0]!, rest, hits);
  }

  private change(step: Step, at: number, rules: Uint32Array): void {
    const form = this.forms[this.formOf[at]!]!;
    const transform = step.transform!;
    const before = this.lowered[at] === 1 ? this.lowerOf(form) : form.text;
    const after = made(form, transform, before);
    if (after === before) return;
    this.lowered[at] = 0;
    if (after.length < step.least) {
      this.formOf[at] = -1;
      return;
    }
    for (let other = 0; other < this.formCount; other++) {
      const known = this.forms[other]!;
      if (known.text.length !== after.length || (known.few && step.few === null)) continue;
      if (known.text === after) this.lowered[at] = 0;
      // A scan for texts takes no notice of case, so one will do for both.
      else if (isLow(known.text, after) && this.lowerOf(known) === after) this.lowered[at] = 1;
      else continue;
      if (known.few) this.addFew(known, step.few!, rules);
      this.formOf[at] = other;
      return;
    }
    this.formOf[at] = this.formCount;
    if (step.few === null) this.form(after, rules);
    else this.fewForm(after, step.few, rules);
  }

  /** Does the step no more to a text of these bytes than to lower its case? */
  private onlyLowers({ transform }: Step, bits: number): boolean {
    const but = transform?.lowersBut;
    if (but === undefined) return false;
    let groups = this.lowering.get(but);
    if (groups === undefined) this.lowering.set(but, (groups = groupsOf(ByteSet.chars(but)) ?? -1));
    return (bits & groups) === 0;
  }

  /** When a rule that needs a text is left, and the value is long, a scan is less work than asking the rule. */
  private addFew(form: Form, few: readonly number[], rules: Uint32Array): void {
    const { candidates } = form;
    for (const bit of few) candidates[bit >>> 5]! |= 1 << (bit & 31);
    this.drop(form, candidates);
    if (form.text.length < worthAScan) return;
    const open = this.plan.open[profileOf(form.bits)]!;
    if (candidates.some((word, i) => (word & ~open[i]!) !== 0)) this.scan(form, rules);
  }

  /** A text that one or two rules look at: they are asked as soon as the text has the bytes that they need. */
  private fewForm(text: string, few: readonly number[], rules: Uint32Array): void {
    const form = this.nextForm(text);
    form.few = true;
    form.bits = bitsOf(text);
    form.candidates.fill(0);
    this.addFew(form, few, rules);
  }

  private askStep(step: Step, at: number, rules: Uint32Array, hits: Hits): void {
    const form = this.forms[this.formOf[at]!]!;
    for (let i = 0; i < step.rules.length; i++) {
      const bit = step.rules[i]!;
      const word = bit >>> 5;
      if ((form.candidates[word]! & rules[word]! & (1 << (bit & 31))) !== 0)
        this.askOne(form, this.lowered[at] === 1, bit, hits);
    }
  }

  private note(bit: number, hits: Hits): void {
    hits.rules[bit >>> 5]! |= 1 << (bit & 31);
    const values = hits.values.get(bit);
    if (values === undefined) hits.values.set(bit, [this.current]);
    else if (values.at(-1) !== this.current) values.push(this.current);
    const { phase, at, alone } = this.plan.screened[bit]!;
    if (alone) hits.places[phase][at >>> 5]! |= 1 << (at & 31);
  }

  private lowerOf(form: Form): string {
    return (form.lowered ??= (form.bits & capitals) === 0 ? form.text : lowerAscii(form.text));
  }
}
