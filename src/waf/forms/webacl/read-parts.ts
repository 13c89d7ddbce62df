import { matchesIn, type Condition } from '../../condition.ts';
import { forwardedBy } from './forwarded.ts';
import { leave } from './labels.ts';
import { isObject, wrong, type AclRule, type WebAcl } from './shape.ts';
import { statementsIn, whereIs, type StatementContext } from './statement.ts';

export type Resource =
  | 'cloudfront'
  | 'rest-api'
  | 'cognito'
  | 'app-runner'
  | 'verified-access'
  | 'load-balancer'
  | 'appsync';

/** Does the condition need a body to be answered? */
export const readsBody = (condition: Condition): boolean => {
  if (condition.kind === 'statement') return condition.body;
  if (condition.kind === 'not') return readsBody(condition.of);
  if (condition.kind === 'and' || condition.kind === 'or') return condition.of.some(readsBody);
  return [...matchesIn(condition)].some((match) =>
    match.targets.some(({ field }) => /BODY|^ARGS(?:_POST.*|_NAMES)?$|^FILES|^MULTIPART|^XML/.test(field)),
  );
};

/** A link that is always true and labels where the request comes from, whatever the rule itself says. */
export function geography(statement: unknown, context: StatementContext): Condition[] {
  const geo = [...statementsIn(statement)].filter(([kind]) => kind === 'GeoMatchStatement');
  return geo.map(([, member]): Condition => {
    const from = forwardedBy(member['ForwardedIPConfig'], 'ForwardedIPConfig');
    return {
      kind: 'statement',
      place: { file: context.file, line: 1 },
      form: 'webacl:geography',
      said: null,
      body: false,
      holds(sight) {
        const found = from ? from(sight) : ({ kind: 'addresses', addresses: [sight.viewer.address] } as const);
        if (found.kind === 'addresses') {
          const { country, region } = whereIs(sight, found.addresses[0] as string, context.surroundings);
          const space = `awswaf:${from ? 'forwardedip' : 'clientip'}:geo:`;
          leave(sight, context.rule, [
            `${space}country:${country}`,
            `${space}region:${country === 'XX' ? 'US' : country}-${region}`,
          ]);
        }
        return true;
      },
    };
  });
}

const configured: Readonly<Record<string, string>> = {
  cloudfront: 'CLOUDFRONT',
  'rest-api': 'API_GATEWAY',
  cognito: 'COGNITO_USER_POOL',
  'app-runner': 'APP_RUNNER_SERVICE',
  'verified-access': 'VERIFIED_ACCESS_INSTANCE',
};

/** How much of a body AWS hands to the rules in front of this kind of resource. */
export function inspectedBytes(acl: WebAcl, resource: Resource): number {
  const key = configured[resource];
  if (key === undefined) return 8192;
  const limits = acl.AssociationConfig?.['RequestBody'];
  const limit = isObject(limits) && isObject(limits[key]) ? String(limits[key]['DefaultSizeInspectionLimit']) : 'KB_16';
  return Number(/^KB_(16|32|48|64)$/.exec(limit)?.[1] ?? 16) * 1024;
}

/** A group has an `OverrideAction`, everything else an `Action`; AWS takes neither both nor none. */
export function checkUnion(rule: AclRule, group: boolean): void {
  const [wanted, other] = group ? (['OverrideAction', 'Action'] as const) : (['Action', 'OverrideAction'] as const);
  if (rule[other] !== undefined)
    throw wrong(rule.Name, `${other} does not go with its statement`, `write ${wanted} instead`);
  if (rule[wanted] === undefined) throw wrong(rule.Name, `${wanted} is missing`);
}

const unused: Readonly<Record<string, string>> = {
  TokenDomains: 'AWS’s tokens cannot be read here',
  DataProtectionConfig: 'it changes AWS’s logs and samples alone',
  OnSourceDDoSProtectionConfig: 'it is the load balancer’s own',
  MonetizationConfig: 'a payment cannot be proven here',
  ApplicationConfig: 'it is for the console alone',
};

export const unusedOf = (acl: WebAcl): readonly string[] =>
  Object.entries(unused).flatMap(([key, why]) => (acl.Given[key] === undefined ? [] : [`${key}: ${why}`]));
