import type { Template } from './macro.ts';
import type { Disruption, Phase } from './rule.ts';
import type { SourcePlace } from './rule-error.ts';
import type { Transaction } from './transaction.ts';

/** What the actions of one SecLang rule say about it, gathered one by one; the last word counts. */
export interface RuleFacts {
  id: string | null;
  phase: Phase | null;
  disruption: Disruption | 'block' | null;
  status: number | null;
  log: boolean;
  auditLog: boolean;
  message: Template | null;
  logData: Template | null;
  severity: number | null;
  tags: string[];
  version: string | null;
  revision: string | null;
  skip: number;
  skipAfter: string | null;
  chain: boolean;
  capture: boolean;
  multiMatch: boolean;
  transforms: string[];
}

export interface ActionExample {
  /** As it stands in a rule, e.g. `setvar:tx.score=+5`. */
  readonly text: string;
  /** The argument makes no sense and must not be taken. */
  readonly refused?: true;
}

interface ActionPage {
  /** As rules spell it. Looked up without regard to case. */
  readonly name: string;
  readonly says: string;
  readonly argument: 'none' | 'optional' | 'required';
  readonly examples: readonly [ActionExample, ...ActionExample[]];
}

/** Says something about the rule; done with when the rule has been read. */
export interface FactAction extends ActionPage {
  readonly kind: 'fact';
  /** Belongs to the first link of a chain only. */
  readonly starterOnly: boolean;
  note(facts: RuleFacts, argument: string, place: SourcePlace): void;
}

/** Does something for each hit while a request runs. `read` may throw `RuleError`; `run` never throws. */
export interface EffectAction<Data = unknown> extends ActionPage {
  readonly kind: 'effect';
  read(argument: string, place: SourcePlace): Data;
  run(data: Data, transaction: Transaction): void;
}

export type ActionDefinition = FactAction | EffectAction;

export function defineFact(page: Omit<FactAction, 'kind' | 'starterOnly'> & { starterOnly?: boolean }): FactAction {
  return { starterOnly: false, ...page, kind: 'fact' };
}

/** Methods take their parameters both ways, so a page keeps its own type of data and the registry needs none. */
export function defineEffect<Data>(page: Omit<EffectAction<Data>, 'kind'>): EffectAction {
  return { ...page, kind: 'effect' };
}

/** Facts before any action has spoken. */
export function noFacts(): RuleFacts {
  return {
    id: null,
    phase: null,
    disruption: null,
    status: null,
    log: true,
    auditLog: true,
    message: null,
    logData: null,
    severity: null,
    tags: [],
    version: null,
    revision: null,
    skip: 0,
    skipAfter: null,
    chain: false,
    capture: false,
    multiMatch: false,
    transforms: [],
  };
}
