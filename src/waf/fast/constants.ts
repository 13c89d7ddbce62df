import type { SetVariable } from '../actions/setvar.ts';
import { expand, type Macro, type Template } from '../macro.ts';
import type { Matcher } from '../operator.ts';
import type { CompiledEffect, CompiledLink, CompiledMatch } from '../program.ts';
import { wholeNumber } from '../variables.ts';

/** Thrown inside this file for what only a request can tell. */
const unknown = Symbol('unknown');

/** What `TX` must hold at one point of the program whatever the request is; names in lower case. */
export class Constants {
  private readonly known = new Map<string, string>();
  private readonly open = new Set<string>();
  private readonly openPrefixes: string[] = [];

  /** Throws when only the request can tell. Null: certainly not set. */
  get(name: string): string | null {
    if (this.isOpen(name)) throw unknown;
    return this.known.get(name) ?? null;
  }

  /** May a request have written this? */
  isOpen(name: string): boolean {
    return this.open.has(name) || this.openPrefixes.some((prefix) => name.startsWith(prefix));
  }

  set(name: string, value: string | null): void {
    this.open.delete(name);
    if (value === null) this.known.delete(name);
    else this.known.set(name, value);
  }

  forget(name: string): void {
    this.open.add(name);
    this.known.delete(name);
  }

  forgetPrefix(prefix: string): void {
    this.openPrefixes.push(prefix);
  }

  copy(): Constants {
    const copy = new Constants();
    for (const [name, value] of this.known) copy.known.set(name, value);
    for (const name of this.open) copy.open.add(name);
    copy.openPrefixes.push(...this.openPrefixes);
    return copy;
  }

  look(macro: Macro): string {
    if (macro.field !== 'TX' || macro.key === null) throw unknown;
    return this.get(macro.key) ?? '';
  }

  text(template: Template): string {
    return expand(template, (macro) => this.look(macro));
  }
}

/** One write to `TX`; null takes the variable away. */
export interface Write {
  readonly name: string;
  readonly value: string | null;
}

/**
 * How many values a link hits, when that is the same for every request: 0 for a link that never matches. Null when only
 * a request can tell.
 */
export function hitsOf(link: CompiledLink, constants: Constants): number | null {
  const { condition } = link;
  if (condition.kind === 'always') return 1;
  if (condition.kind !== 'match' || condition.exclusions.length > 0 || condition.source.multiMatch) return null;
  try {
    return countHits(condition, constants);
  } catch (thrown) {
    if (thrown === unknown) return null;
    throw thrown;
  }
}

function countHits(condition: CompiledMatch, constants: Constants): number {
  let hits = 0;
  const matcher = matcherFor(condition, constants);
  for (const { field, key, count } of condition.targets) {
    if (field.name !== 'TX' || key === null) throw unknown;
    const value = constants.get(key);
    const values = count ? [value === null ? '0' : '1'] : value === null ? [] : [value];
    for (const each of values) {
      const seen = condition.chain.path.reduce((text, step) => step.transform?.apply(text) ?? text, each);
      if (matcher.test(seen) !== condition.source.negated) hits++;
    }
  }
  return hits;
}

/** An argument with its macros filled in, where it is the same for every request. */
export interface Filled {
  readonly argument: string;
  readonly matcher: Matcher;
}

/** What the condition's argument comes to when it is the same for every request, else null. */
export function filledIn(condition: CompiledMatch, constants: Constants): Filled | null {
  try {
    const argument = constants.text(condition.source.argument);
    return { argument, matcher: withArgument(condition, argument) };
  } catch (thrown) {
    if (thrown === unknown) return null;
    throw thrown;
  }
}

function matcherFor(condition: CompiledMatch, constants: Constants): Matcher {
  return condition.constant ?? withArgument(condition, constants.text(condition.source.argument));
}

/** A matcher for an argument that macros make. Throws when there is none. */
export function withArgument({ operator }: CompiledMatch, argument: string): Matcher {
  try {
    return operator.compile(argument, {
      readFile: () => {
        throw unknown;
      },
    });
  } catch {
    throw unknown;
  }
}

/** What an effect writes, worked into `constants`; null when only a request can tell, or when it does anything else. */
export function writeOf(effect: CompiledEffect, constants: Constants): Write | null {
  if (effect.action.name !== 'setvar') return null;
  const { collection, name, how, value } = effect.data as SetVariable;
  if (collection !== 'TX') return null;
  try {
    const key = constants.text(name).toLowerCase();
    const write = { name: key, value: how === 'unset' ? null : valueOf(key, how, constants.text(value), constants) };
    constants.set(key, write.value);
    return write;
  } catch (thrown) {
    if (thrown === unknown) return null;
    throw thrown;
  }
}

function valueOf(key: string, how: 'set' | 'add' | 'subtract', text: string, constants: Constants): string {
  if (how === 'set') return text;
  const before = wholeNumber(constants.get(key) ?? '');
  const by = wholeNumber(text);
  return String(Math.max(0, how === 'add' ? before + by : before - by));
}

/** Effects that leave `TX` alone. */
const apart = new Set(['label', 'ctl', 'initcol', 'setuid', 'setsid', 'setrsc', 'setenv', 'log', 'auditlog']);

/** Takes into account that an effect may have happened. */
export function mayHappen(effect: CompiledEffect, constants: Constants): void {
  if (effect.action.name !== 'setvar') {
    if (!apart.has(effect.action.name)) constants.forgetPrefix('');
    return;
  }
  const { collection, name } = effect.data as SetVariable;
  if (collection !== 'TX') return;
  const first = name[0];
  const head = typeof first === 'string' ? first.toLowerCase() : '';
  if (name.length === 1 && typeof first === 'string') constants.forget(head);
  else constants.forgetPrefix(head);
}
