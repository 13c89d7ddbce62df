import { Annotations, CfnOutput, Duration } from 'aws-cdk-lib';
import {
  AllowedMethods,
  CachedMethods,
  type CfnDistribution,
  Distribution,
  GeoRestriction,
  HttpVersion,
  OriginProtocolPolicy,
  OriginSslPolicy,
  ViewerProtocolPolicy,
  type BehaviorOptions,
  type IOrigin,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, OriginGroup } from 'aws-cdk-lib/aws-cloudfront-origins';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Document } from '../../config/document.ts';
import { acknowledge } from '../acknowledge.ts';
import type { DoorFunction } from '../door-function.ts';
import { acknowledgeEdge } from '../edge-findings.ts';
import { distributionLogs } from '../log-places.ts';
import { ofCdk } from '../of-cdk.ts';
import type { OriginSecret } from '../origin-secret.ts';
import { ownNames, tellTarget, type OwnNames } from '../own-names.ts';
import { inTemplate, type SecretsGiven } from '../secrets.ts';
import { mostBody } from '../most-body.ts';
import { SallyportWatch } from '../watch.ts';
import { secretsOf, SallyportWebAcl } from '../web-acl.ts';
import { Codes } from './codes.ts';
import type { OneOrigin, OriginChoice } from './origins.ts';
import type { BehaviourShape, EdgePlan } from './plan.ts';
import { Policies } from './policies.ts';

export interface EdgeDistributionProps extends OwnNames {
  readonly document: Document;
  readonly plan: EdgePlan;
  /** Where the document's routes are answered: the API's host, and the secret that proves who asks. */
  readonly line: { readonly host: string; readonly secret: OriginSecret } | null;
  readonly modules?: readonly string[];
  readonly secrets?: SecretsGiven;
  readonly alarms?: ITopic;
}

const protocols = {
  'allow-all': ViewerProtocolPolicy.ALLOW_ALL,
  'redirect-to-https': ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
  'https-only': ViewerProtocolPolicy.HTTPS_ONLY,
} as const;
const methods = {
  all: AllowedMethods.ALLOW_ALL,
  read: AllowedMethods.ALLOW_GET_HEAD,
  'read-and-options': AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
} as const;

/** A document's `edge` as a CloudFront distribution: its behaviours in its order, and everything that hangs on them. */
export class EdgeDistribution extends Construct {
  readonly distribution: Distribution;
  readonly #props: EdgeDistributionProps;
  readonly #policies: Policies;
  readonly #codes: Codes;
  readonly #origins = new Map<string, IOrigin>();

  constructor(scope: Construct, id: string, props: EdgeDistributionProps) {
    super(scope, id);
    const { document, plan, line } = props;
    this.#props = props;
    this.#policies = new Policies(this, 'Policies');
    this.#codes = new Codes(this, 'Code', {
      document,
      plan,
      ...(props.modules && { modules: props.modules }),
      ...(props.secrets && { secrets: props.secrets }),
    });
    const acl =
      plan.native &&
      new SallyportWebAcl(this, 'WebAcl', {
        scope: 'CLOUDFRONT',
        native: plan.native,
        secretsIn: secretsOf(document),
        bodyBytes: mostBody(document),
      });
    this.distribution = new Distribution(this, 'Distribution', {
      comment: document.name.slice(0, 128),
      ...ownNames(props),
      ...(acl && { webAclId: acl.arn }),
      httpVersion: HttpVersion.HTTP2_AND_3,
      logBucket: distributionLogs(this),
      defaultBehavior: plan.last ? this.#behaviour(plan.last) : this.#refusal(plan),
      additionalBehaviors: Object.fromEntries(plan.first.map((shape) => [shape.path, this.#behaviour(shape)])),
      ...(plan.root !== null && { defaultRootObject: plan.root }),
      ...(plan.geo && {
        geoRestriction:
          plan.geo.kind === 'allow'
            ? GeoRestriction.allowlist(...plan.geo.countries)
            : GeoRestriction.denylist(...plan.geo.countries),
      }),
      errorResponses: plan.errors.map(({ status, seconds, page, shownAs }) => ({
        httpStatus: status,
        ...(seconds !== null && { ttl: Duration.seconds(seconds) }),
        ...(page !== null && { responsePagePath: page }),
        ...(shownAs !== null && { responseHttpStatus: shownAs }),
      })),
    });
    if (plan.tagHeader !== null)
      (this.distribution.node.defaultChild as CfnDistribution).addPropertyOverride(
        'DistributionConfig.CacheTagConfig.HeaderName',
        plan.tagHeader,
      );
    this.#findings(acl !== null);
    for (const [at, says] of plan.differences.entries())
      Annotations.of(this).addInfoV2(`sallyport:edge-difference-${at + 1}`, says);
    const rotation = line?.secret.rotate(this.distribution, acl?.arn ?? null);
    if (rotation) this.#mayReplicate(rotation);
    if (acl || rotation)
      new SallyportWatch(this, 'Watch', {
        name: document.name,
        doors: rotation ? [rotation] : [],
        ...(acl && { webAcl: { metric: acl.metric, scope: 'CLOUDFRONT' } }),
        ...(props.alarms && { topic: props.alarms }),
      });
    new CfnOutput(this, 'Domain', { value: this.distribution.distributionDomainName });
    tellTarget(this, this.distribution, props);
  }

  #behaviour(shape: BehaviourShape): BehaviorOptions {
    const { cache, originRequest, headers, keys } = shape;
    return ofCdk<BehaviorOptions>({
      origin: this.#origin(shape.origin),
      viewerProtocolPolicy: protocols[shape.viewerProtocol],
      allowedMethods: methods[shape.methods],
      ...(shape.keepsOptions && { cachedMethods: CachedMethods.CACHE_GET_HEAD_OPTIONS }),
      compress: shape.compress,
      cachePolicy: this.#policies.cache(cache),
      ...(originRequest && { originRequestPolicy: this.#policies.originRequest(originRequest) }),
      ...(headers && { responseHeadersPolicy: this.#policies.headers(headers) }),
      ...(keys && { trustedKeyGroups: this.#policies.keyGroups(keys) }),
      ...this.#codes.at(shape.moments),
    });
  }

  /** A distribution has a default in any case; where the document has none, every other path is refused before an origin is asked. */
  #refusal(plan: EdgePlan): BehaviorOptions {
    const [first] = plan.first;
    return ofCdk<BehaviorOptions>({
      origin: this.#origin(first?.origin ?? { kind: 'line', path: '', attempts: 3 }),
      viewerProtocolPolicy: ViewerProtocolPolicy.ALLOW_ALL,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: this.#policies.cache(null),
      ...this.#codes.refusal(),
    });
  }

  /** Attempts and path belong to the origin at CloudFront, so the same host is several origins where they differ. */
  #origin(choice: OriginChoice): IOrigin {
    const key = JSON.stringify(choice);
    const there = this.#origins.get(key);
    if (there) return there;
    const made =
      choice.kind === 'line'
        ? this.#lineOrigin(choice.path, choice.attempts)
        : choice.kind === 'one'
          ? oneOrigin(choice.origin, this.#props.secrets ?? {})
          : new OriginGroup({
              primaryOrigin: this.#origin({ kind: 'one', origin: choice.primary }),
              fallbackOrigin: this.#origin({ kind: 'one', origin: choice.secondary }),
              fallbackStatusCodes: [...choice.failover],
            });
    this.#origins.set(key, made);
    return made;
  }

  #lineOrigin(path: string, attempts: number): IOrigin {
    const { line } = this.#props;
    if (!line) throw new Error('a behaviour leaves `origin` out, and there is no API for the routes');
    return new HttpOrigin(line.host, {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      customHeaders: line.secret.header,
      connectionAttempts: attempts,
      ...(path !== '' && { originPath: path }),
    });
  }

  /** Who changes a distribution with functions at Lambda@Edge has to be let copy them, though they stay as they are. */
  #mayReplicate({ function: { role } }: DoorFunction): void {
    const resources = this.#codes.versions.map(({ functionArn }) => functionArn);
    if (resources.length === 0 || !role) return;
    role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['lambda:GetFunction', 'lambda:EnableReplication*'], resources }),
    );
    acknowledge(role, {
      'AwsSolutions-IAM5[Action::lambda:EnableReplication*]':
        'The right is called so, with its star, and is given for this distribution’s own functions alone.',
    });
  }

  #findings(acl: boolean): void {
    const { plan } = this.#props;
    const shapes = plan.last ? [...plan.first, plan.last] : plan.first;
    acknowledgeEdge(this.distribution, this.#props.certificate !== undefined);
    if (!acl)
      acknowledge(this.distribution, {
        'AwsSolutions-CFR2':
          'AWS WAF has a price for each month and is there for who asks (webAcl: true); the document’s rules run at Lambda@Edge or in the line.',
      });
    if (
      shapes.some(({ origin }) => origin.kind !== 'line' && singlesOf(origin).some((each) => each.protocol === 'http'))
    )
      acknowledge(this.distribution, {
        'AwsSolutions-CFR5':
          'The document says that this origin is asked over plain HTTP; to HTTPS origins it is TLS 1.2.',
      });
  }
}

const singlesOf = (choice: OriginChoice): readonly OneOrigin[] =>
  choice.kind === 'one' ? [choice.origin] : choice.kind === 'group' ? [choice.primary, choice.secondary] : [];

function oneOrigin(given: OneOrigin, secrets: SecretsGiven): IOrigin {
  const headers = Object.entries(given.headers).map(([name, value]) => [name, inTemplate(value, secrets)] as const);
  const secure = given.protocol === 'https';
  return new HttpOrigin(given.domain, {
    protocolPolicy: secure ? OriginProtocolPolicy.HTTPS_ONLY : OriginProtocolPolicy.HTTP_ONLY,
    ...(secure ? { httpsPort: given.port } : { httpPort: given.port }),
    originSslProtocols: [OriginSslPolicy.TLS_V1_2],
    ...(given.path !== '' && { originPath: given.path }),
    ...(headers.length > 0 && { customHeaders: Object.fromEntries(headers) }),
    connectionAttempts: given.attempts,
    connectionTimeout: Duration.seconds(given.connect),
    readTimeout: Duration.seconds(given.read),
    keepaliveTimeout: Duration.seconds(given.keepAlive),
  });
}
