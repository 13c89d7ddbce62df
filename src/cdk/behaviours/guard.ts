import type { Document } from '../../config/document.ts';
import type { Plan } from '../../lab/plan.ts';
import type { Said } from './said.ts';

/** Has the document rules that look at every request? */
export const hasRules = ({ rules, waf, tenants }: Document): boolean =>
  Object.values(rules.map ?? {}).some((chain) => chain.length > 0) ||
  rules.from !== undefined ||
  (waf !== undefined && waf.mode !== 'off') ||
  Object.values(tenants?.known ?? {}).some((tenant) => tenant.rules !== undefined || tenant.waf !== undefined);

/** Who looks at a request before the cache, and before an origin that no line of ours stands in front of. */
export type Guard = 'nobody' | 'web-acl' | 'lambda';

/**
 * The rules of a document run before everything, so at CloudFront before the cache too: in AWS WAF where it can run them
 * all, else at Lambda@Edge. A behaviour that keeps nothing and goes to the routes needs neither: the line runs them.
 */
export function guardOf(
  document: Document,
  plan: Plan,
  given: { readonly webAcl: boolean; readonly modules: boolean; readonly open: readonly number[] },
  said: Said,
): Guard {
  const [first] = given.open;
  if (first === undefined || !hasRules(document)) return 'nobody';
  const native =
    plan.rules.every((rule) => rule.chosen === 'web-acl') &&
    document.rules.from === undefined &&
    (document.waf === undefined || document.waf.mode === 'off') &&
    document.tenants === undefined;
  if (given.webAcl && native) return 'web-acl';
  const where = `edge.behaviours[${first}] is answered without the line, and a function of the rules alone stands in front of it`;
  const instead = 'leave `origin` and `cache` out there, so that the line answers';
  if (document.tenants !== undefined) said.wrong(['tenants'], `${where}, which knows no tenants: ${instead}`);
  for (const error of plan.errors.filter((each) => !given.modules || !each.includes('there is no rule of this name')))
    said.wrong(['rules', 'map'], `${where}: ${error}`);
  return 'lambda';
}
