import type { $ZodType, input, output } from 'zod/v4/core';
import type { MaybePromise } from '../base/later.ts';
import { late, type Late } from '../config/late.ts';
import type { HeaderList } from '../http/headers.ts';

/** What a rule sees of a request. Everything as it arrived; `path` is the decoded form that routes are matched on. */
export interface RuleRequest {
  readonly method: string;
  readonly path: string;
  readonly rawPath: string;
  /** Without the `?`; null when there was none. */
  readonly rawQuery: string | null;
  /** In order, in their case, doubles kept. */
  readonly headers: HeaderList;
  /** The client, after trusted proxies. */
  readonly address: string;
  /** The other end of the socket. */
  readonly peer: string;
  readonly tenant: string | null;
  /** The `arn:aws:execute-api:…` name of what is asked for. */
  readonly resource: string;
  /** The first bytes of the body, for rules that need it where the mount has it; null otherwise. */
  readonly body: Uint8Array | null;
  /** Is `body` all of it? */
  readonly bodyWhole: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type RuleVerdict =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny'; readonly reason: string; readonly status: number }
  | { readonly kind: 'count'; readonly reason: string };

/** No objection: the next rule is asked. */
export const allow: RuleVerdict = { kind: 'allow' };

/** The request ends here. The reason goes to the trace and the log, never to the viewer. */
export const deny = (reason: string, status = 403): RuleVerdict => ({ kind: 'deny', reason, status });

/** Noted and counted; the next rule is asked. */
export const count = (reason: string): RuleVerdict => ({ kind: 'count', reason });

export type Check = (request: RuleRequest) => MaybePromise<RuleVerdict>;

export interface RuleExample<Params> {
  readonly params: Params;
  readonly request: {
    readonly method?: string;
    /** Path with query. */
    readonly target?: string;
    readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
    readonly address?: string;
    readonly peer?: string;
    readonly tenant?: string;
    readonly body?: string;
  };
  /** Secrets by name, where the rule asks for some. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly verdict: RuleVerdict['kind'];
}

/** What a rule may ask of its surroundings, at load. */
export interface RuleContext {
  /** A secret by its name (an environment variable, unless the shell has something better); null when there is none. */
  secret(name: string): string | null;
}

/** A rule is a page: name, sentence, parameters, examples, check. A user's own looks just like a built-in one. */
export interface RuleDefinition<Schema extends $ZodType = $ZodType> {
  readonly kind: 'rule';
  readonly name: string;
  readonly says: string;
  readonly params: Schema;
  /** Say `body` to be shown the body; such a rule cannot run where there is none (an authorizer, for one). */
  readonly needs: 'head' | 'body';
  /** At least one that is allowed and one that is not; they are the rule's tests and its reference page. */
  readonly examples: readonly RuleExample<input<Schema>>[];
  /** Parameters in, check out: called once at load, so that a request pays for nothing that could be decided then. */
  check(params: output<Schema>, context: RuleContext): Check;
}

export function defineRule<Schema extends $ZodType>(
  rule: Omit<RuleDefinition<Schema>, 'kind' | 'needs' | 'examples' | 'params'> & {
    /** Of `zod` or `zod/mini`. A function is called when the rule is first used: a cold start pays for no rule that no map names. */
    readonly params: Late<Schema>;
    readonly needs?: 'head' | 'body';
    readonly examples?: readonly RuleExample<input<Schema>>[];
  },
): RuleDefinition<Schema> {
  const params = late(rule.params);
  return {
    needs: 'head',
    examples: [],
    ...rule,
    kind: 'rule',
    get params() {
      return params();
    },
  };
}

/** Is this the default export of a rule module? */
export const isRule = (value: unknown): value is RuleDefinition =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'rule' && 'check' in value;
