import { CfnOutput, Fn, Stack } from 'aws-cdk-lib';
import { type CfnStage, HttpApi, HttpMethod, type HttpRouteIntegration } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { OriginProtocolPolicy } from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Document, DocumentInput } from '../config/document.ts';
import { readFileSync } from 'node:fs';
import { acknowledge } from './acknowledge.ts';
import { EdgeDistribution } from './behaviours/distribution.ts';
import { edgePlan, needsLambda, type EdgePlan } from './behaviours/plan.ts';
import { apisOf, SallyportApis, withoutApis } from './apis/apis.ts';
import type { DomainGiven } from './apis/domains.ts';
import { choose, type Chosen } from './choose.ts';
import { checked } from './document.ts';
import { DoorFunction } from './door-function.ts';
import { ProtectedDistribution } from './edge.ts';
import { PrivateForwarder, type ForwarderTarget } from './forwarder.ts';
import { gatewayPatience, inTime } from './in-time.ts';
import { describeStage, logGroup, type StageLimits } from './log-places.ts';
import { OriginSecret } from './origin-secret.ts';
import { nameOf, ownNameErrors, type OwnNames } from './own-names.ts';
import { RegionalApi } from './regional.ts';
import { ProtectedSocket, type SocketClients } from './socket.ts';
import { rulePlace } from './rule-place.ts';
import type { RuleWays } from './rule-ways.ts';
import { missingSecrets, secretsFor, type SecretsGiven } from './secrets.ts';
import { shippedWaf } from './shipped-waf.ts';
import { SallyportStores, storeVariables } from './stores.ts';
import { SallyportWatch } from './watch.ts';

/** `domainNames` and `certificate` are for the distribution; those of APIs stand in `domains`, those of the socket with it. */
export interface SallyportProps extends OwnNames {
  readonly document: DocumentInput;
  /** The secrets that the document names, by its names for them: `{ TOKEN: 'name or ARN in Secrets Manager' }`. */
  readonly secrets?: SecretsGiven;
  /** Files of your own rules. */
  readonly modules?: readonly string[];
  /** A function of yours that answers behind the rules; without one the document's routes do. */
  readonly backend?: IFunction;
  /** Where private origins are. `prefixList`: DynamoDB's in the region, for a document that counts. */
  readonly vpc?: {
    readonly vpc: IVpc;
    readonly subnets?: SubnetSelection;
    readonly target: ForwarderTarget;
    readonly prefixList?: string;
    /** Group of the VPC's endpoint for Secrets Manager, for a document that names secrets, or with `webAcl` or `edge`. */
    readonly secretsEndpoint?: ISecurityGroup;
    /** Ways to where the rule map comes from, for a document with `rules.from`. */
    readonly rulesBy?: RuleWays;
  };
  /** A WebSocket API beside the rest. */
  readonly socket?: OwnNames & { readonly handler: string; readonly clients?: SocketClients };
  /** AWS WAF in front, by way of CloudFront: five dollars a month and one for each rule. Off by default. */
  readonly webAcl?: boolean;
  readonly throttle?: StageLimits;
  /**
   * Calls at a time of each function of the line; more are turned away by AWS. Without it a slow origin holds as many as
   * the account has (1000), all paid for, and none are left for other functions. In a VPC 20 by default.
   */
  readonly reservedConcurrency?: number;
  /** Certificates for the hosts of APIs, by host name. */
  readonly domains?: Readonly<Record<string, DomainGiven>>;
  /** Who is told of alarms. */
  readonly alarms?: ITopic;
}

/**
 * One document as a stack's worth of parts: the line or an authorizer behind an HTTP API, a forwarder where origins are
 * private, a protected WebSocket API, CloudFront with AWS WAF where that is asked for, and stores where something is
 * counted. Which, and why, is an output; what cannot work is an error of the synth, with what to do.
 */
export class Sallyport extends Construct {
  readonly parts: readonly Chosen[];
  /** Where to ask; `wss:` is the socket's own. */
  readonly urls: readonly string[];
  readonly stores: SallyportStores | null;
  /** What CloudFront does otherwise than the document's own edge; none of it lets anybody in. */
  readonly differences: readonly string[];

  constructor(scope: Construct, id: string, given: SallyportProps) {
    super(scope, id);
    const { document } = checked(given.document, given.backend ? 'authorizer' : 'http-api');
    const props = { ...given, document: withoutApis(given.document) };
    const apis = apisOf(document, given.document, given);
    const { parts, errors: wrong } = choose(document, {
      backend: props.backend !== undefined,
      vpc: props.vpc !== undefined,
      socketHandler: props.socket !== undefined,
      webAcl: props.webAcl === true,
      apis: apis.plan,
    });
    const errors = [...wrong, ...missingSecrets(document, document, given.secrets)];
    const has = (part: Chosen['part']): boolean => parts.some((each) => each.part === part);
    const region = Stack.of(this).region;
    if (((has('distribution') && props.webAcl === true) || has('socket')) && region !== 'us-east-1')
      errors.push(
        'CloudFront’s web ACL lives in us-east-1: give the stack env: { region: "us-east-1" }, or leave `webAcl` and `socket` out',
      );
    errors.push(...nameErrors(props, has('distribution')));
    const { reservedConcurrency: most } = props;
    if (most !== undefined && !(Number.isInteger(most) && most > 0))
      errors.push(`reservedConcurrency: ${most} is no number of calls: write a whole number above 0`);
    else if (most !== undefined && !has('line') && !has('forwarder') && !apis.inLine)
      errors.push('reservedConcurrency: no function of the line stands here: leave it out');
    const edge = document.edge
      ? edgePlan(document, {
          webAcl: props.webAcl === true,
          modules: (props.modules?.length ?? 0) > 0,
          readFile: (file) => readFileSync(file, 'utf8'),
        })
      : null;
    if (edge && needsLambda(edge) && region !== 'us-east-1')
      errors.push(
        'Lambda@Edge, which runs functions or rules of this document, lives in us-east-1: give the stack env: { region: "us-east-1" }',
      );
    if (has('stores') && (has('forwarder') || apis.inVpc) && props.vpc?.prefixList === undefined)
      errors.push(
        'the document counts, and its function is in a VPC: give `vpc.prefixList`, DynamoDB’s prefix list of the region (aws ec2 describe-managed-prefix-lists)',
      );
    if (errors.length > 0) throw new Error(`the document cannot become this stack:\n${errors.join('\n')}`);
    this.parts = parts;
    this.stores = has('stores') ? new SallyportStores(this, 'Stores') : null;
    this.differences = edge?.differences ?? [];
    const urls: string[] = [];
    const line = has('line') || has('forwarder') || has('authorizer');
    if (edge) urls.push(this.#edge(props, document, edge, line));
    else if (line) urls.push(this.#web(props, document, has('distribution')));
    if (props.socket) {
      const socket = new ProtectedSocket(this, 'Socket', {
        document: props.document,
        ...props.socket,
        ...(props.secrets && { secrets: props.secrets }),
        ...(props.modules && { modules: props.modules }),
        ...(props.alarms && { alarms: props.alarms }),
      });
      urls.push(socket.url);
    }
    if (apis.plan.apis.length > 0)
      urls.push(...new SallyportApis(this, 'Apis', { ...apis, document, stores: this.stores }).urls.values());
    this.urls = urls;
    new CfnOutput(this, 'Parts', { value: parts.map(({ part, why }) => `${part}: ${why}`).join('; ') });
    if (this.stores) new CfnOutput(this, 'Table', { value: this.stores.table.tableName });
  }

  /** The document's own edge as a distribution; what stands behind it does the rest of the document. */
  #edge(props: SallyportProps, document: Document, plan: EdgePlan, line: boolean): string {
    const { edge: _, ...rest } = props.document;
    const secret = line
      ? new OriginSecret(this, 'OriginSecret', { description: `Between CloudFront and ${document.name}` })
      : null;
    const behind = { ...props, document: rest };
    const url =
      secret &&
      (props.backend ? this.#authorized(behind, props.backend, secret) : this.#line(behind, document, secret));
    const { distribution } = new EdgeDistribution(this, 'Edge', {
      document,
      plan,
      line: secret && url !== null ? { host: Fn.select(2, Fn.split('/', url)), secret } : null,
      ...(props.secrets && { secrets: props.secrets }),
      ...(props.modules && { modules: props.modules }),
      ...namesOf(props),
      ...(props.alarms && { alarms: props.alarms }),
    });
    const address = `https://${nameOf(distribution, props)}`;
    new CfnOutput(this, 'Url', { value: address });
    return address;
  }

  #web(props: SallyportProps, document: Document, behindEdge: boolean): string {
    const secret = behindEdge
      ? new OriginSecret(this, 'OriginSecret', { description: `Between CloudFront and ${document.name}` })
      : null;
    const url = props.backend ? this.#authorized(props, props.backend, secret) : this.#line(props, document, secret);
    if (!secret) {
      new CfnOutput(this, 'Url', { value: url });
      return url;
    }
    const edge = new ProtectedDistribution(this, 'Edge', {
      document: props.document,
      originSecret: secret,
      ...(props.secrets && { secrets: props.secrets }),
      origin: new HttpOrigin(Fn.select(2, Fn.split('/', url)), {
        protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
        customHeaders: secret.header,
      }),
      ...namesOf(props),
      ...(props.alarms && { alarms: props.alarms }),
    });
    const address = `https://${nameOf(edge.distribution, props)}`;
    new CfnOutput(this, 'Url', { value: address });
    return address;
  }

  #authorized(props: SallyportProps, backend: IFunction, secret: OriginSecret | null): string {
    return new RegionalApi(this, 'Api', {
      kind: 'http',
      document: props.document,
      backend,
      ...(secret && { originSecret: secret }),
      ...(props.secrets && { secrets: props.secrets }),
      ...(props.modules && { modules: props.modules }),
      ...(props.throttle && { throttle: props.throttle }),
      ...(props.alarms && { alarms: props.alarms }),
    }).url;
  }

  #line(props: SallyportProps, document: Document, secret: OriginSecret | null): string {
    const { stores } = this;
    const { name } = document;
    const shared = {
      ...(props.modules && { modules: props.modules }),
      ...(props.reservedConcurrency !== undefined && { reservedConcurrency: props.reservedConcurrency }),
    };
    const forwarder = props.vpc
      ? new PrivateForwarder(this, 'Forwarder', {
          ...props.vpc,
          ...shared,
          ...(props.secrets && { secrets: props.secrets }),
          document: props.document,
          ...(secret && { originSecret: secret }),
          ...(stores && props.vpc.prefixList !== undefined && { stores: { stores, prefixList: props.vpc.prefixList } }),
        })
      : null;
    const own = forwarder ? null : inTime(document, checked(props.document, 'http-api').input, false, undefined);
    const door =
      forwarder?.door ??
      new DoorFunction(this, 'Line', {
        ...shared,
        door: 'httpApi',
        kind: 'line',
        ...shippedWaf(document, 'line'),
        rules: rulePlace(this, document),
        secrets: secretsFor(this, document, checked(props.document, 'http-api').document, props.secrets, props.modules),
        description: `${name}, the whole line`,
        memoryMb: 512,
        options: { document: { ...own?.fitting, store: { use: 'memory' } } },
        ...(own && { timeout: own.timeout }),
        ...(stores && { table: storeVariables.table }),
        environment: { ...stores?.environment, ...secret?.door.environment },
        ...(secret && { before: secret.door.options }),
      });
    if (!forwarder) {
      stores?.grantDecide(door.function);
      secret?.grantCheck(door);
    }
    const api = new HttpApi(this, 'Api');
    const integration: HttpRouteIntegration = new HttpLambdaIntegration('Line', door.function, {
      timeout: gatewayPatience(door.function.timeout),
    });
    for (const path of ['/{proxy+}', '/'])
      for (const route of api.addRoutes({ path, methods: [HttpMethod.ANY], integration }))
        acknowledge(route, {
          'AwsSolutions-APIG4': 'The rules and keys of the document decide in the line, with the body in sight.',
        });
    describeStage(api.defaultStage?.node.defaultChild as CfnStage, logGroup(this, 'AccessLogs'), props.throttle, {
      error: '$context.integrationErrorMessage',
    });
    new CfnOutput(this, 'Decisions', { value: door.logs.logGroupName, description: 'aws logs tail --follow' });
    new SallyportWatch(this, 'Watch', { name, doors: [door], ...(props.alarms && { topic: props.alarms }) });
    return api.apiEndpoint;
  }
}

const namesOf = ({ domainNames, certificate }: OwnNames): OwnNames => ({
  ...(domainNames && { domainNames }),
  ...(certificate && { certificate }),
});

/** The names of the distribution and those of the socket, which has another one. */
function nameErrors({ socket, ...own }: SallyportProps, distribution: boolean): string[] {
  const errors = [...ownNameErrors(own), ...(socket ? ownNameErrors(socket) : [])];
  if (own.domainNames && !distribution)
    errors.push(
      `${own.domainNames.join(', ')}: there is no distribution that could answer so: write \`edge\` or give \`webAcl: true\`; names of APIs stand in \`domains\`, those of the WebSocket API in \`socket.domainNames\``,
    );
  const both = socket?.domainNames?.filter((name) => own.domainNames?.includes(name)) ?? [];
  if (both.length > 0)
    errors.push(`${both.join(', ')}: the WebSocket API has a distribution of its own: give it a name of its own`);
  return errors;
}
