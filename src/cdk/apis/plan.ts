import type { GatewayApiDocument } from '../../config/apis.ts';
import type { Document } from '../../config/document.ts';
import { domainErrors } from './domains.ts';
import { limitErrors } from './limits.ts';
import { ruleNeeds, type ApisGiven, type RuleNeeds } from './needs.ts';
import { planRoute, type RoutePlan } from './route-plan.ts';
import { apiErrors } from './words.ts';

/** One API of the document: which of its routes API Gateway answers by itself, and which a function of ours. */
export interface ApiPlan {
  readonly name: string;
  readonly api: GatewayApiDocument;
  readonly stage: string;
  readonly needs: RuleNeeds;
  readonly routes: readonly RoutePlan[];
}

export interface ApisPlan {
  readonly apis: readonly ApiPlan[];
  /** What cannot be carried: the place in the document, and what to write instead. */
  readonly errors: readonly string[];
}

/** Pure: how the APIs of a document become APIs of API Gateway, and what of them cannot. */
export function planApis(document: Document, given: ApisGiven): ApisPlan {
  const errors = domainErrors(document, given.domains);
  const apis = Object.entries(document.apis).map(([name, api]): ApiPlan => {
    const needs = ruleNeeds(document, name, api, given.rules, errors);
    errors.push(...apiErrors(document, name, api, given), ...limitErrors(name, api));
    const routes = Object.entries(api.routes).map(([key, route]) =>
      planRoute({ document, name, api, needs, vpc: given.vpc, errors }, key, route),
    );
    return { name, api, stage: api.stage ?? (api.kind === 'rest' ? 'prod' : '$default'), needs, routes };
  });
  return { apis, errors: [...new Set(errors)] };
}

/** What the line of these routes counts, and so needs a table for. */
export const countedBy = (plans: readonly ApiPlan[]): readonly string[] => [
  ...new Set(
    plans.flatMap(({ api, routes }) =>
      routes.flatMap(({ given }) => [
        ...(given.budget === undefined ? [] : ['budgets']),
        ...(api.kind === 'http' && given.key === 'required' ? ['keys and plans of HTTP APIs'] : []),
      ]),
    ),
  ),
];

/** One sentence of who answers what, for the output `Parts`. */
export function described({ api, needs, routes, name }: ApiPlan): string {
  const by = (ends: RoutePlan['ends']): number => routes.filter((route) => route.ends === ends).length;
  const words = [
    ...(by('origin') > 0 ? [`${by('origin')} to origins`] : []),
    ...(by('function') > 0 ? [`${by('function')} to functions`] : []),
    ...(by('mock') > 0 ? [`${by('mock')} answered at once`] : []),
    ...(by('line') > 0 ? [`${by('line')} by the line`] : []),
    ...(by('forwarder') > 0 ? [`${by('forwarder')} by the line in the VPC`] : []),
  ];
  const rules = [...new Set(routes.map((route) => route.rules))];
  const where = { authorizer: 'an authorizer', function: 'the functions', line: 'the line' } as const;
  const why = [...new Set(routes.flatMap((route) => route.why))];
  return [
    `apis.${name} (${api.kind.toUpperCase()}): ${words.join(', ')}`,
    needs.any
      ? `rules in ${rules.flatMap((each) => (each === 'none' ? [] : [where[each]])).join(' and ')}`
      : 'no rules',
    ...why,
  ].join('; ');
}
