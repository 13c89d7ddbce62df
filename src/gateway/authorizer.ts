import type { $ZodType, output } from 'zod/v4/core';
import { late, type Late } from '../config/late.ts';
import type { Clock } from '../base/clock.ts';
import type { MaybePromise } from '../base/later.ts';
import type { CallerIdentity } from '../events/parts.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { HeaderList } from '../http/headers.ts';
import type { Digest } from '../ports/digest.ts';
import type { FetchJson } from '../ports/fetch-json.ts';
import type { OpenFunction } from '../ports/invoker.ts';
import type { Reason } from '../trace/reason.ts';
import type { Call, CallError } from './call.ts';
import type { Decision } from './resource-policy.ts';

/** What an authorizer found out about one request. */
export type Finding =
  | {
      readonly kind: 'decision';
      readonly decision: Decision;
      /** As it stands under `requestContext.authorizer`. */
      readonly context: Readonly<Record<string, unknown>> | null;
      readonly identity?: CallerIdentity;
      readonly usageKey?: string | null;
      /** ARNs by which resource policies may name the caller. */
      readonly principals?: readonly string[];
      readonly account?: 'same' | 'cross';
      /** What the caller's policy says of other actions, such as making a cache entry anew. */
      readonly may?: (action: string) => Decision;
      readonly cached?: boolean;
      /** The wording of a denial, where it is not the authorizer's usual one. */
      readonly denial?: { readonly reason: Reason; readonly error: CallError };
    }
  | { readonly kind: 'refusal'; readonly reason: Reason; readonly error: CallError; readonly headers?: HeaderList };

/** How a resource policy goes together with it: AWS has other rules for each. */
export type AuthorizerKind = 'lambda' | 'iam' | 'jwt' | 'cognito';

export interface Authorizer {
  readonly kind: AuthorizerKind;
  ask(exchange: Exchange, call: Call, route: { readonly scopes: readonly string[] }): MaybePromise<Finding>;
  /** Forgets cached answers. */
  flush?(): void;
}

/** What an authorizer is opened with. */
export interface AuthorizerParts {
  /** As the document names it. */
  readonly name: string;
  readonly api: 'rest' | 'http' | 'websocket';
  /** `arn:aws:execute-api:REGION:ACCOUNT:ID/`, for the short form in policies. */
  readonly arnPrefix: string;
  readonly account: string;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly fetchJson: FetchJson;
  readonly secret: (name: string) => string | null;
  /** Opens a function that the options name. */
  readonly openFunction: OpenFunction;
  readonly warn: (says: string, facts?: Readonly<Record<string, unknown>>) => void;
}

/** An authorizer is a page in `authorizers/`: what an API's `authorizers: { name: { use, with } }` may name. */
export interface AuthorizerDefinition<Schema extends $ZodType = $ZodType> {
  readonly kind: 'authorizer';
  readonly name: string;
  readonly says: string;
  readonly options: Schema;
  /** Called once at load. Throws a `Fault` when the options make no sense. */
  open(options: output<Schema>, parts: AuthorizerParts): Authorizer;
}

export function defineAuthorizer<Schema extends $ZodType>(
  definition: Omit<AuthorizerDefinition<Schema>, 'kind' | 'options'> & { readonly options: Late<Schema> },
): AuthorizerDefinition<Schema> {
  const options = late(definition.options);
  return {
    ...definition,
    kind: 'authorizer',
    get options() {
      return options();
    },
  };
}
