import { byName } from '../base/named.ts';
import type { AuthorizerDefinition } from '../gateway/authorizer.ts';
import { all as authorizers } from '../gateway/authorizers/all.gen.ts';
import { all as policies } from '../gateway/policies/all.gen.ts';
import type { PolicyDefinition } from '../gateway/policy.ts';
import type { EdgeFunctionDefinition } from '../edge/function.ts';
import { all as edgeFunctions } from '../edge/functions/all.gen.ts';
import { all as integrations } from '../integration/integrations/all.gen.ts';
import type { IntegrationDefinition } from '../integration/integration.ts';
import { all as rules } from '../rules/pages/all.gen.ts';
import type { RuleDefinition } from '../rules/rule.ts';
import { all as sinks } from '../sinks/pages/all.gen.ts';
import type { SinkDefinition } from '../sinks/sink.ts';
import { all as stores } from '../stores/pages/all.gen.ts';
import { all as sources } from '../stores/sources/all.gen.ts';
import type { SourceDefinition } from '../stores/source.ts';
import type { StoreDefinition } from '../stores/store.ts';

/** Anything that a user may define and hand in. */
export type Definition =
  | AuthorizerDefinition
  | PolicyDefinition
  | EdgeFunctionDefinition
  | RuleDefinition
  | IntegrationDefinition
  | SinkDefinition
  | SourceDefinition
  | StoreDefinition;

/** All definitions by kind and name: built in first, then the user's. A double name is a fault. */
export interface Registry {
  readonly policies: ReadonlyMap<string, PolicyDefinition>;
  readonly authorizers: ReadonlyMap<string, AuthorizerDefinition>;
  readonly edgeFunctions: ReadonlyMap<string, EdgeFunctionDefinition>;
  readonly rules: ReadonlyMap<string, RuleDefinition>;
  readonly integrations: ReadonlyMap<string, IntegrationDefinition>;
  readonly sinks: ReadonlyMap<string, SinkDefinition>;
  readonly sources: ReadonlyMap<string, SourceDefinition>;
  readonly stores: ReadonlyMap<string, StoreDefinition>;
}

export function registry(plugins: readonly Definition[] = []): Registry {
  const ours: readonly Definition[] = [
    ...authorizers,
    ...policies,
    ...edgeFunctions,
    ...rules,
    ...integrations,
    ...sinks,
    ...sources,
    ...stores,
  ];
  const of = <Kind extends Definition['kind']>(kind: Kind): ReadonlyMap<string, Extract<Definition, { kind: Kind }>> =>
    byName(
      kind,
      [...ours, ...plugins].filter((each): each is Extract<Definition, { kind: Kind }> => each.kind === kind),
    );
  return {
    authorizers: of('authorizer'),
    policies: of('policy'),
    edgeFunctions: of('edge-function'),
    rules: of('rule'),
    integrations: of('integration'),
    sinks: of('sink'),
    sources: of('source'),
    stores: of('store'),
  };
}
