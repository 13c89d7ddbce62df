import { CfnIPSet, CfnLoggingConfiguration, CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { NativeAcl } from '../lab/native.ts';
import { isObject } from '../waf/forms/webacl/shape.ts';
import { spellAcl } from '../waf/forms/webacl/write.ts';

export interface SallyportWebAclProps {
  readonly scope: 'REGIONAL' | 'CLOUDFRONT';
  /** The native part of a document; nothing but the managed groups when left out. */
  readonly native?: NativeAcl;
  /** AWS's own groups behind the rules; SQL injection, known bad inputs and the core rule set by default. */
  readonly managedGroups?: readonly string[];
  /** Requests of one address in five minutes; 2000 by default, 0 for none. */
  readonly ratePerAddress?: number;
}

const groups = ['AWSManagedRulesCommonRuleSet', 'AWSManagedRulesKnownBadInputsRuleSet', 'AWSManagedRulesSQLiRuleSet'];
const visible = (name: string): object => ({
  sampledRequestsEnabled: true,
  cloudWatchMetricsEnabled: true,
  metricName: name,
});

/** The part of a document that AWS WAF can run, with AWS's managed groups behind it, logged. */
export class SallyportWebAcl extends Construct {
  readonly arn: string;
  readonly acl: CfnWebACL;

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
    const own = camel(spellAcl(props.native?.acl.Rules ?? [], 'cloudformation'), sets) as CfnWebACL.RuleProperty[];
    const rules: CfnWebACL.RuleProperty[] = [...own];
    const add = (rule: Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>): void =>
      void rules.push({
        ...rule,
        priority: rules.length,
        visibilityConfig: visible(rule.name) as CfnWebACL.VisibilityConfigProperty,
      });
    const limit = props.ratePerAddress ?? 2000;
    if (limit > 0)
      add({
        name: 'rate-per-address',
        action: { block: { customResponse: { responseCode: 429 } } },
        statement: { rateBasedStatement: { limit, aggregateKeyType: 'IP' } },
      });
    for (const name of props.managedGroups ?? groups)
      add({
        name,
        overrideAction: { none: {} },
        statement: { managedRuleGroupStatement: { vendorName: 'AWS', name } },
      });
    this.acl = new CfnWebACL(this, 'Acl', {
      scope: props.scope,
      defaultAction: { allow: {} },
      rules,
      visibilityConfig: visible(id) as CfnWebACL.VisibilityConfigProperty,
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
    });
  }
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
