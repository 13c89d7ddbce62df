import { CfnIPSet, CfnLoggingConfiguration, CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { ArnFormat, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Document } from '../config/document.ts';
import type { NativeAcl } from '../lab/native.ts';
import { mostCapacity, ruleCapacity } from '../waf/capacity.ts';
import { checkRules } from '../waf/forms/webacl/checks.ts';
import { isObject, type AclRule, type Json } from '../waf/forms/webacl/shape.ts';
import { spellAcl } from '../waf/forms/webacl/write.ts';

export interface SallyportWebAclProps {
  readonly scope: 'REGIONAL' | 'CLOUDFRONT';
  /** The native part of a document; nothing but the managed groups when left out. */
  readonly native?: NativeAcl;
  /** AWS's own groups behind the rules; SQL injection, known bad inputs and the core rule set by default. */
  readonly managedGroups?: readonly string[];
  /** Requests of one address in five minutes; 2000 by default, 0 for none. */
  readonly ratePerAddress?: number;
  /** Where requests carry secrets, as `header:NAME` or `query:NAME`, beside the usual fields; its log is shown none of them. */
  readonly secretsIn?: readonly string[];
  /** Most bytes of a body that what stands behind it takes. Above 8 KB AWS's core rule set counts longer bodies instead of blocking them. */
  readonly bodyBytes?: number;
  /** Of its metrics, which all stacks of a region share; the stack's name and the path in it by default. */
  readonly name?: string;
}

const coreGroup = 'AWSManagedRulesCommonRuleSet';
/** Its rule SizeRestrictions_BODY blocks longer bodies, whatever is in them. */
const coreBodyBytes = 8192;
const groups = [coreGroup, 'AWSManagedRulesKnownBadInputsRuleSet', 'AWSManagedRulesSQLiRuleSet'];
const visible = (name: string): Json => ({
  SampledRequestsEnabled: true,
  CloudWatchMetricsEnabled: true,
  MetricName: name,
});

/** The part of a document that AWS WAF can run, with AWS's managed groups behind it, logged. */
export class SallyportWebAcl extends Construct {
  readonly arn: string;
  readonly acl: CfnWebACL;
  /** `WebACL` in the dimensions of AWS/WAFV2 metrics. */
  readonly metric: string;
  /** Estimated units (WCU) of everything in it. */
  readonly capacity: number;

  constructor(scope: Construct, id: string, props: SallyportWebAclProps) {
    super(scope, id);
    if (
      props.scope === 'CLOUDFRONT' &&
      Stack.of(this).region !== 'us-east-1' &&
      !Stack.of(this).region.startsWith('${')
    ) {
      throw new Error('a web ACL of a distribution lives in us-east-1: give this stack env: { region: "us-east-1" }');
    }
    const sets = new Map(
      (props.native?.ipSets ?? []).map((set, at) => [
        set.name,
        new CfnIPSet(this, `Set${at}`, {
          scope: props.scope,
          ipAddressVersion: set.version,
          addresses: [...set.addresses],
        }),
      ]),
    );
    const rules: AclRule[] = [...(props.native?.acl.Rules ?? [])];
    const add = (name: string, rule: Json): void =>
      void rules.push({
        Name: name,
        Priority: rules.length,
        ...rule,
        VisibilityConfig: visible(name),
      } as unknown as AclRule);
    const limit = props.ratePerAddress ?? 2000;
    if (limit > 0)
      add('rate-per-address', {
        Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
        Statement: { RateBasedStatement: { Limit: limit, AggregateKeyType: 'IP' } },
      });
    for (const name of props.managedGroups ?? groups)
      add(name, {
        OverrideAction: { None: {} },
        Statement: {
          ManagedRuleGroupStatement: {
            VendorName: 'AWS',
            Name: name,
            ...(name === coreGroup &&
              (props.bodyBytes ?? 0) > coreBodyBytes && {
                RuleActionOverrides: [{ Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } }],
              }),
          },
        },
      });
    this.capacity = withinLimits(rules);
    this.metric = props.name ?? Names.uniqueResourceName(this, { maxLength: 128, separator: '-' });
    this.acl = new CfnWebACL(this, 'Acl', {
      scope: props.scope,
      defaultAction: { allow: {} },
      rules: camel(spellAcl(rules, 'cloudformation'), sets) as CfnWebACL.RuleProperty[],
      visibilityConfig: camel(visible(this.metric), sets) as CfnWebACL.VisibilityConfigProperty,
    });
    this.arn = this.acl.attrArn;
    const logs = new LogGroup(this, 'Logs', {
      logGroupName: `aws-waf-logs-${this.node.addr}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: this.arn,
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logs.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: redacted(props.secretsIn ?? []),
    });
  }
}

/** Where a document's callers carry keys and licences. */
export const secretsOf = ({ keys, edge }: Document): readonly string[] => [
  `header:${keys.header}`,
  ...(edge?.licences?.in ?? []),
];

const alwaysSecret = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key'];

/** Fields that stand in the log as REDACTED. AWS WAF knows of single header fields, and of the query as a whole only. */
function redacted(secretsIn: readonly string[]): CfnLoggingConfiguration.FieldToMatchProperty[] {
  const named = (place: string): readonly string[] =>
    secretsIn.flatMap((each) => (each.startsWith(`${place}:`) ? [each.slice(place.length + 1).toLowerCase()] : []));
  return [
    ...[...new Set([...alwaysSecret, ...named('header')])].map((Name) => ({ singleHeader: { Name } })),
    ...(named('query').length > 0 ? [{ queryString: {} }] : []),
  ];
}

/** Throws where AWS would refuse the whole list, and says which rules weigh most. */
function withinLimits(rules: readonly AclRule[]): number {
  const units = rules.map((rule) => ({ name: rule.Name, units: ruleCapacity(rule) }));
  const sum = units.reduce((all, each) => all + each.units, 0);
  if (sum > mostCapacity) {
    const heaviest = units.toSorted((a, b) => b.units - a.units).slice(0, 5);
    throw new Error(
      `the web ACL would have about ${sum} capacity units, and AWS WAF takes ${mostCapacity}. The heaviest: ${heaviest.map((each) => `${each.name} ${each.units}`).join(', ')}. Take managed groups out (managedGroups), or let a function run the rules (Lambda@Edge: rules "lambda"; an authorizer; the line in the path)`,
    );
  }
  const [problem] = checkRules(rules, {});
  if (problem) throw new Error(`AWS WAF would refuse the web ACL: ${problem.path}: ${problem.says}`);
  return sum;
}

/** CDK's spelling; references by name become those of the sets made here. */
function camel(value: unknown, sets: ReadonlyMap<string, CfnIPSet>): unknown {
  if (Array.isArray(value)) return value.map((each) => camel(each, sets));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      // CloudFormation takes these two as plain JSON, so their keys are AWS's own.
      if (key === 'SingleHeader' || key === 'SingleQueryArgument')
        return [key.charAt(0).toLowerCase() + key.slice(1), member];
      const set = key === 'Arn' && typeof member === 'string' ? sets.get(member) : undefined;
      return [key.charAt(0).toLowerCase() + key.slice(1), set ? set.attrArn : camel(member, sets)];
    }),
  );
}
