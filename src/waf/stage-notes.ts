import { isSecretHeader, isSecretName, masked, redactTarget, snippet } from '../trace/redact.ts';
import type { NoteFacts, Trace } from '../trace/trace.ts';
import type { Match } from './match.ts';
import { why, type Redact } from './why.ts';

/** Most findings of one request that are told at length; all of them stand in the summary by their ids. */
const MOST_TOLD = 24;
/** Most ids in the summary. */
const MOST_IDS = 200;

/** Tells a trace what rules found, each finding once. */
export class Findings {
  readonly #stage: string;
  readonly #redact: Redact;
  #seen = 0;
  readonly #ids: string[] = [];
  #more = 0;

  /** @param secrets further parameters (in lower case) whose values never leave */
  constructor(stage: string, secrets: ReadonlySet<string>) {
    this.#stage = stage;
    this.#redact = redaction(secrets);
  }

  /** How many findings there were. */
  get count(): number {
    return this.#ids.length + this.#more;
  }

  /** Notes what has been found since the last call. */
  tell(trace: Trace, matches: readonly Match[]): void {
    for (; this.#seen < matches.length; this.#seen++) {
      const match = matches[this.#seen] as Match;
      if (!match.logged) continue;
      if (this.#ids.length < MOST_IDS) this.#ids.push(match.rule.id);
      else this.#more++;
      if (this.count <= MOST_TOLD) trace.noteLate(this.#stage, 'matched', () => factsOf(match, this.#redact));
    }
  }

  /** One line about all of them. */
  summary(): NoteFacts {
    return { findings: this.count, rules: this.#ids.join(' ') };
  }
}

function factsOf(match: Match, redact: Redact): NoteFacts {
  const facts: Record<string, string | number | boolean | null> = {
    rule: match.rule.id,
    message: snippet(match.message, 120),
  };
  const stories = why(match, redact);
  for (const [at, { field, operator, steps, hit, says }] of stories.entries()) {
    if (field === '') continue;
    // A chain's links are told one by one; nearly every rule has one.
    const name = (fact: string): string => (at === 0 ? fact : `${fact}${at + 1}`);
    facts[name('field')] = field;
    facts[name('operator')] = snippet(operator, 60);
    facts[name('value')] = steps[0]?.value ?? '';
    if (steps.length > 1)
      facts[name('after')] = steps
        .slice(1)
        .map(({ after, value }) => `${after}: ${value}`)
        .join(' > ');
    if (hit.text !== '' && hit.text !== steps.at(-1)?.value) facts[name('hit')] = hit.text;
    if (says !== null) facts[name('says')] = snippet(says, 120);
  }
  if (match.score > 0) facts.score = match.score;
  if (!match.enforced && match.disruption !== 'pass') facts.enforced = false;
  facts.at = `${match.rule.place.file}:${match.rule.place.line}`;
  return facts;
}

const withPairs = /^(?:REQUEST_URI(?:_RAW)?|REQUEST_LINE|QUERY_STRING|REQUEST_BODY|FULL_REQUEST)\b/;

/** Field names decide: what a secret field or parameter holds is shown by its length only. */
function redaction(secrets: ReadonlySet<string>): Redact {
  return (field, value) => {
    const colon = field.indexOf(':');
    const key = colon < 0 ? '' : field.slice(colon + 1);
    const kind = colon < 0 ? field : field.slice(0, colon);
    if (kind === 'REQUEST_COOKIES') return masked(value);
    if (kind.endsWith('_HEADERS') && isSecretHeader(key)) return masked(value);
    if (key !== '' && isSecretName(key.slice(key.lastIndexOf('.') + 1), secrets)) return masked(value);
    if (!withPairs.test(kind)) return snippet(value);
    return snippet(value.includes('?') ? redactTarget(value, secrets) : redactTarget(`?${value}`, secrets).slice(1));
  };
}
