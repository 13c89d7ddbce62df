import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import { CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { resolve } from 'node:path';
import type { Document, DocumentInput } from '../../config/document.ts';
import { nativeAcl } from '../../lab/native.ts';
import { registry } from '../../pipeline/registry.ts';
import { acknowledge } from '../acknowledge.ts';
import type { StageLimits } from '../log-places.ts';
import { mostBody } from '../most-body.ts';
import type { SecretsGiven } from '../secrets.ts';
import type { SallyportStores } from '../stores.ts';
import { SallyportWatch } from '../watch.ts';
import { secretsOf, SallyportWebAcl } from '../web-acl.ts';
import { ApiDomains, hostsOf, type DomainGiven } from './domains.ts';
import { ApiFunctions, type VpcOfApis } from './functions.ts';
import { HttpApiOfDocument } from './http.ts';
import { ownRules } from './own-rules.ts';
import { planApis, type ApisPlan } from './plan.ts';
import { RestApiOfDocument } from './rest.ts';
import { UsagePlans } from './usage.ts';

/** What a construct for a whole document is given for its APIs. */
export interface ApisProps {
  readonly modules?: readonly string[];
  readonly vpc?: VpcOfApis;
  readonly secrets?: SecretsGiven;
  readonly webAcl?: boolean;
  readonly throttle?: StageLimits;
  readonly reservedConcurrency?: number;
  readonly alarms?: ITopic;
  readonly domains?: Readonly<Record<string, DomainGiven>>;
}

export interface PlannedApis extends ApisProps {
  readonly plan: ApisPlan;
  /** Does a function of theirs run in the VPC? */
  readonly inVpc: boolean;
  /** Does a function of the line answer any of their routes? */
  readonly inLine: boolean;
  /** As written: a timeout that nobody wrote may be made to fit. */
  readonly origins: DocumentInput['origins'];
  readonly modules: readonly string[];
  readonly domains: Readonly<Record<string, DomainGiven>>;
}

/** How the document's APIs become APIs of API Gateway; nothing is made yet. */
export function apisOf(document: Document, written: DocumentInput, props: ApisProps): PlannedApis {
  const { modules = [], vpc, webAcl, throttle, reservedConcurrency, alarms, domains = {}, secrets } = props;
  const files = [...modules, ...document.rules.modules.map((file) => resolve(file))];
  const used = Object.keys(document.apis).length > 0;
  const plan = planApis(document, {
    rules: used ? ownRules(files) : [],
    vpc: vpc !== undefined,
    webAcl: webAcl === true,
    domains,
  });
  const ends = plan.apis.flatMap(({ routes }) => routes.map((route) => route.ends));
  return {
    plan,
    inVpc: ends.includes('forwarder'),
    inLine: ends.includes('forwarder') || ends.includes('line'),
    modules: files,
    origins: written.origins,
    domains,
    ...(vpc && { vpc }),
    ...(secrets && { secrets }),
    ...(webAcl !== undefined && { webAcl }),
    ...(throttle && { throttle }),
    ...(reservedConcurrency !== undefined && { reservedConcurrency }),
    ...(alarms && { alarms }),
  };
}

/** The document without its APIs, which are answered elsewhere. */
export function withoutApis(document: DocumentInput): DocumentInput {
  if (Object.keys(document.apis ?? {}).length === 0) return document;
  const { apis: _, plans: __, domains: ___, ...rest } = document;
  return rest;
}

export interface SallyportApisProps extends PlannedApis {
  readonly document: Document;
  readonly stores: SallyportStores | null;
}

/** The APIs of a document, each as one of API Gateway, with the keys and plans that they share. */
export class SallyportApis extends Construct {
  /** Address of each API, by its name. */
  readonly urls: ReadonlyMap<string, string>;

  constructor(scope: Construct, id: string, props: SallyportApisProps) {
    super(scope, id);
    const { document } = props;
    const plans = props.plan.apis;
    const account = plans.some(({ api }) => api.kind === 'rest') ? this.#logging() : null;
    const made = new Map<string, RestApiOfDocument | HttpApiOfDocument>();
    const functions: ApiFunctions[] = [];
    for (const plan of plans) {
      const mapped = hostsOf(plan.api, props.domains).length > 0;
      const own = new Construct(this, plan.name);
      const ours = new ApiFunctions(own, 'Functions', {
        ...props,
        vpc: props.vpc,
        secrets: props.secrets,
        plan,
        mapped,
      });
      functions.push(ours);
      const given = { document, plan, functions: ours, throttle: props.throttle, mapped };
      const api =
        plan.api.kind === 'rest'
          ? new RestApiOfDocument(own, 'Rest', given)
          : new HttpApiOfDocument(own, 'Http', given);
      if (account) api.node.addDependency(account);
      made.set(plan.name, api);
    }
    const rest = new Map([...made].flatMap(([name, api]) => (api instanceof RestApiOfDocument ? [[name, api]] : [])));
    if (rest.size > 0) new UsagePlans(this, 'Plans', document, rest);
    const acl = props.webAcl === true && rest.size > 0 ? this.#webAcl(document, [...rest.values()]) : null;
    const domains = new ApiDomains(this, 'Domains', document, props.domains, made);
    this.urls = new Map([...made].map(([name, api]) => [name, domains.urls.get(name) ?? api.url]));
    for (const [name, url] of this.urls) new CfnOutput(made.get(name) as Construct, 'Url', { value: url });
    new SallyportWatch(this, 'Watch', {
      name: document.name,
      doors: functions.flatMap((each) => each.doors),
      ...(acl && { webAcl: { metric: acl.metric, scope: 'REGIONAL' } }),
      ...(props.alarms && { topic: props.alarms }),
    });
  }

  /** With this role API Gateway writes the execution logs of every REST API of the account. */
  #logging(): CfnAccount {
    const role = new Role(this, 'Logging', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    });
    acknowledge(role, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'The account-wide role with which API Gateway writes its logs; AWS offers it as this managed policy.',
    });
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    account.node.addDependency(role);
    // The account goes on naming this role when the stack is gone, and without it no API of the region could log.
    for (const each of [role, account]) each.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return account;
  }

  #webAcl(document: Document, apis: readonly RestApiOfDocument[]): SallyportWebAcl {
    const acl = new SallyportWebAcl(this, 'WebAcl', {
      scope: 'REGIONAL',
      native: nativeAcl(document, registry().rules),
      secretsIn: secretsOf(document),
      bodyBytes: mostBody(document),
    });
    for (const [at, { stageArn }] of apis.entries())
      new CfnWebACLAssociation(this, `Association${at}`, { webAclArn: acl.arn, resourceArn: stageArn });
    return acl;
  }
}
