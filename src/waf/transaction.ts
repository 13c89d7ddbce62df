import type { Clock } from '../base/clock.ts';
import { emptyBody, type BodyView } from './bodies/body-view.ts';
import type { CollectionStore } from './collections.ts';
import { Removals, type RuleSelector } from './exclusions.ts';
import type { FieldValue, Lifetime } from './field-value.ts';
import type { Macro } from './macro.ts';
import type { Evidence, Match, Verdict } from './match.ts';
import {
  partsOf,
  type HeaderPairs,
  type HeldRequest,
  type TargetParts,
  type WafRequest,
  type WafResponse,
  type WafViewer,
} from './request.ts';
import type { Rule, RuleRef } from './rule.ts';
import type { Mode, Settings } from './settings.ts';
import { Variables } from './variables.ts';

/** What a transaction may ask of the program it runs. */
export interface Lookup {
  readonly scores: readonly string[];
  field(name: string): Readable | undefined;
  /** One byte per rule, 1 where the selector means it; made once per selector. */
  mask(selector: RuleSelector): Uint8Array;
}

export interface TransactionParts {
  readonly request: WafRequest;
  readonly viewer: WafViewer;
  readonly settings: Settings;
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly store: CollectionStore;
  /** A word for `UNIQUE_ID`; most rules never ask for one. */
  readonly newId: (now: number) => string;
  /** One that has the same head and whose first phase has run: this one goes on from where that one stands. */
  readonly from?: Transaction;
}

/** What the transaction has to know of a field: how long its values stay true, and how to read them. */
export interface Readable {
  readonly lifetime: Lifetime;
  readonly keyed: boolean;
  read(transaction: Transaction): readonly FieldValue[];
}

const order: Readonly<Record<Lifetime, number>> = {
  request: 0,
  'request-body': 1,
  'response-head': 2,
  'response-body': 3,
  moment: 4,
};

/** An array as it is, anything else copied once. */
export const held = (headers: WafRequest['headers']): HeaderPairs =>
  Array.isArray(headers) ? (headers as HeaderPairs) : [...headers];

const heldRequest = ({ method, target, version, headers }: WafRequest): HeldRequest => ({
  method,
  target,
  version,
  headers: held(headers),
});

/** Everything that is known about one request while rules run over it. */
export class Transaction {
  readonly request: HeldRequest;
  readonly viewer: WafViewer;
  readonly target: TargetParts;
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly started: number;
  /** What rules may change for this request alone (`ctl:`). */
  settings: Settings;
  mode: Mode;

  /** `URLENCODED`, `MULTIPART`, `JSON`, `XML`, or '' for none. */
  bodyProcessor = '';
  /** Fill `REQUEST_BODY` even when no processor asked for it. */
  forceBody = false;
  body: BodyView = emptyBody;
  bodyText = '';
  /** Bytes of the request's body, of which `bodyText` may be the first part. */
  bodyLength = 0;
  bodyTooLong = false;
  response: WafResponse | null = null;
  responseText = '';
  responseLength = 0;
  responseTooLong = false;

  readonly tx: Variables;
  readonly collections = new Map<string, { readonly key: string; readonly variables: Variables }>();
  readonly removals: Removals;
  readonly labels: Set<string>;
  readonly matches: Match[];
  /** Rules' own wishes about the audit log, for whoever writes one. */
  readonly audit: { engine: string; parts: string };
  /** What went wrong inside a rule, e.g. an argument made from a macro that its operator cannot read. */
  readonly faults: string[] = [];

  rule: Rule | null = null;
  /** The rule that is being asked, or was last: who is to blame when something goes wrong. */
  asking: Rule | null = null;
  matched: { readonly name: string; readonly value: string } = { name: '', value: '' };
  matchedVars: FieldValue[] = [];
  /** Of the rule that is running, one for each link that has hit. */
  readonly evidence: Evidence[] = [];
  highestSeverity = 255;
  /** Set by `allow`: rules of these phases are not asked any more. */
  allowed: 'phase' | 'request' | 'all' | null = null;
  verdict: Verdict | null = null;
  /** Instructions that patterns which no automaton can run may still take. */
  patternSteps: number;
  /** The rule whose patterns used up what one request may spend on them. */
  overBudget: RuleRef | null = null;
  /** The first refusal that `detect` did not enforce. */
  wouldStop: Match | null = null;

  /** What the runner remembers between phases; in here, because a weak map of transactions costs more than the rules. */
  progress: unknown = null;

  readonly #store: CollectionStore;
  readonly #newId: (now: number) => string;
  #id: string | null = null;
  readonly #read = new Map<Readable, readonly FieldValue[]>();
  /** What was read of the head before; shared, never written to. */
  readonly #head: ReadonlyMap<Readable, readonly FieldValue[]> | null;

  constructor(parts: TransactionParts) {
    const { from } = parts;
    this.request = from === undefined ? heldRequest(parts.request) : from.request;
    this.viewer = parts.viewer;
    this.settings = parts.settings;
    this.mode = parts.settings.mode;
    this.patternSteps = parts.settings.patternSteps;
    this.lookup = parts.lookup;
    this.clock = parts.clock;
    this.#store = parts.store;
    this.#newId = parts.newId;
    this.started = parts.clock.now();
    this.target = from === undefined ? partsOf(parts.request.target) : from.target;
    this.tx = from === undefined ? new Variables() : from.tx.copy();
    this.removals = from === undefined ? new Removals() : from.removals.copy();
    this.labels = new Set(from?.labels);
    this.matches = from === undefined ? [] : [...from.matches];
    this.audit = from === undefined ? { engine: '', parts: '' } : { ...from.audit };
    this.#head = from === undefined ? null : from.#read;
    if (from === undefined) return;
    this.mode = from.mode;
    this.patternSteps = from.patternSteps;
    this.bodyProcessor = from.bodyProcessor;
    this.forceBody = from.forceBody;
    this.highestSeverity = from.highestSeverity;
    this.matched = from.matched;
    this.allowed = from.allowed;
    this.wouldStop = from.wouldStop;
    this.overBudget = from.overBudget;
  }

  /** A word that no other request has. */
  get id(): string {
    return (this.#id ??= this.#newId(this.started));
  }

  get now(): number {
    return this.clock.now();
  }

  /** The field's values; read once and kept for as long as they can be true. */
  read(field: Readable): readonly FieldValue[] {
    if (field.lifetime === 'moment') return field.read(this);
    const known = this.#read.get(field) ?? this.#head?.get(field);
    if (known !== undefined) return known;
    const values = field.read(this);
    this.#read.set(field, values);
    return values;
  }

  /** Forgets what was read before this moment and is not true any more. */
  forget(since: Lifetime): void {
    const from = order[since];
    for (const field of this.#read.keys()) if (order[field.lifetime] >= from) this.#read.delete(field);
  }

  /** What a macro stands for now; '' when there is nothing. */
  readonly look = (macro: Macro): string => {
    if (macro.field === 'TX' && macro.key !== null) return this.tx.get(macro.key, this.started) ?? '';
    const field = this.lookup.field(macro.field);
    if (field === undefined) return '';
    for (const value of this.read(field)) {
      if (macro.key === null || !field.keyed || value.key.toLowerCase() === macro.key) return value.value;
    }
    return '';
  };

  /** The named collection's variables: `TX` always, the others once a rule has opened them. */
  variables(collection: string): Variables | null {
    return collection === 'TX' ? this.tx : (this.collections.get(collection)?.variables ?? null);
  }

  open(collection: string, key: string): void {
    if (this.collections.has(collection)) return;
    const timeout = this.settings.collectionTimeout * 1000;
    const variables = this.#store.open(collection, key, this.now, timeout);
    this.collections.set(collection, { key, variables });
  }

  /** The anomaly score so far, as the rule set keeps it. */
  get score(): number {
    return this.tx.sum(this.lookup.scores);
  }
}
