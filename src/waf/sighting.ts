import type { MatchCondition } from './condition.ts';
import type { FieldValue } from './field-value.ts';
import type { Evidence } from './match.ts';
import type { Found, Matcher } from './operator.ts';
import type { Captures } from './variables.ts';

/**
 * Evidence of one hit. Where in the value it was, and what it captured, is worked out when somebody asks: most findings are
 * counted and not shown.
 */
export class Sighting implements Evidence, Captures {
  readonly link: number;
  readonly condition: MatchCondition;
  readonly field: string;
  readonly value: string;
  readonly seen: string;
  readonly #matcher: Matcher | null;
  #found: Found | null | undefined;

  /** @param matcher null for a negated operator, which hits no part of the value */
  constructor(link: number, condition: MatchCondition, value: FieldValue, seen: string, matcher: Matcher | null) {
    this.link = link;
    this.condition = condition;
    this.field = value.name;
    this.value = value.value;
    this.seen = seen;
    this.#matcher = matcher;
  }

  get offset(): number {
    return this.#find()?.offset ?? 0;
  }

  get length(): number {
    return this.#find()?.length ?? this.seen.length;
  }

  get says(): string | null {
    return this.#find()?.says ?? null;
  }

  /** Group 0 first; null when the operator hit no part of the value. */
  get groups(): readonly string[] | null {
    return this.#find()?.groups ?? null;
  }

  #find(): Found | null {
    if (this.#found === undefined) this.#found = this.#matcher?.find(this.seen) ?? null;
    return this.#found;
  }
}

/** Of a link that compares nothing. */
export function nothingSeen(link: number): Evidence {
  return { link, condition: null, field: '', value: '', seen: '', offset: 0, length: 0, says: null };
}
