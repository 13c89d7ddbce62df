import { CfnOutput, Duration } from 'aws-cdk-lib';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeScript,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  KeyValueStore,
  LambdaEdgeEventType,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
  type IOrigin,
} from 'aws-cdk-lib/aws-cloudfront';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { DocumentInput } from '../config/document.ts';
import { acknowledge } from './acknowledge.ts';
import { checked } from './document.ts';
import { acknowledgeEdge } from './edge-findings.ts';
import { edgeRole, guardFunction } from './edge-function.ts';
import { distributionLogs } from './log-places.ts';
import { licenceScript, type LicenceScriptOptions } from './licence-script.ts';
import { mostBody } from './most-body.ts';
import type { OriginSecret } from './origin-secret.ts';
import { ownNames, tellTarget, type OwnNames } from './own-names.ts';
import type { SecretsGiven } from './secrets.ts';
import { SallyportWatch } from './watch.ts';
import { secretsOf, SallyportWebAcl } from './web-acl.ts';

export interface ProtectedDistributionProps extends OwnNames {
  readonly document: DocumentInput;
  readonly origin: IOrigin;
  readonly modules?: readonly string[];
  /** The secrets that the document's rules name; with rules at Lambda@Edge, by name or ARN. */
  readonly secrets?: SecretsGiven;
  /** Who runs the rules at the edge: AWS WAF, a Lambda@Edge function, or both. WAF alone by default. */
  readonly rules?: 'web-acl' | 'lambda' | 'both';
  /** A licence or key check before the cache, as a CloudFront Function with a KeyValueStore. */
  readonly licence?: LicenceScriptOptions;
  /** Nothing is cached when left out. */
  readonly cachePolicy?: CachePolicy;
  /** The secret that `origin` sends; it is rotated here, where the distribution is. */
  readonly originSecret?: OriginSecret;
  /** What the origin is told besides the cache key; all but `Host` by default. */
  readonly originRequestPolicy?: OriginRequestPolicy;
  /** Who is told of alarms. */
  readonly alarms?: ITopic;
}

/** CloudFront with the document's rules before the cache. Lives in us-east-1, where CloudFront's web ACLs and edge functions have to. */
export class ProtectedDistribution extends Construct {
  readonly distribution: Distribution;
  readonly keys: KeyValueStore | null;

  constructor(scope: Construct, id: string, props: ProtectedDistributionProps) {
    super(scope, id);
    const { document, native } = checked(props.document, 'cloudfront');
    const rules = props.rules ?? 'web-acl';
    if (rules !== 'web-acl' && props.licence)
      throw new Error(
        'a CloudFront Function and a Lambda@Edge function cannot share the viewer events of one behaviour: use rules "web-acl" beside a licence check',
      );
    const acl =
      rules === 'lambda'
        ? null
        : new SallyportWebAcl(this, 'WebAcl', {
            scope: 'CLOUDFRONT',
            native,
            secretsIn: [...secretsOf(document), ...(props.licence?.in ?? [])],
            bodyBytes: mostBody(document),
          });
    this.keys = props.licence ? new KeyValueStore(this, 'Keys') : null;
    const script =
      props.licence && this.keys
        ? new EdgeScript(this, 'Licence', {
            code: FunctionCode.fromInline(licenceScript(props.licence)),
            runtime: FunctionRuntime.JS_2_0,
            keyValueStore: this.keys,
          })
        : null;
    this.distribution = new Distribution(this, 'Distribution', {
      comment: document.name,
      ...ownNames(props),
      ...(acl && { webAclId: acl.arn }),
      httpVersion: HttpVersion.HTTP2_AND_3,
      logBucket: distributionLogs(this),
      defaultBehavior: {
        origin: props.origin,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: props.cachePolicy ?? CachePolicy.CACHING_DISABLED,
        originRequestPolicy: props.originRequestPolicy ?? OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS,
        ...(script && { functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: script }] }),
        ...(rules !== 'web-acl' && {
          edgeLambdas: [
            {
              eventType: LambdaEdgeEventType.VIEWER_REQUEST,
              functionVersion: guardFunction(this, document, edgeRole(this), props.modules, props.secrets)
                .currentVersion,
              includeBody: true,
            },
          ],
        }),
      },
      // A refusal is never kept: the next viewer may be let in. CloudFront keeps no 401 and takes none here.
      errorResponses: [403].map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    });
    acknowledgeEdge(this.distribution, props.certificate !== undefined);
    if (!acl)
      acknowledge(this.distribution, {
        'AwsSolutions-CFR2': 'Asked for without AWS WAF: a function at Lambda@Edge runs the rules.',
      });
    const rotation = props.originSecret?.rotate(this.distribution, acl?.arn ?? null);
    if (acl || rotation)
      new SallyportWatch(this, 'Watch', {
        name: document.name,
        doors: rotation ? [rotation] : [],
        ...(acl && { webAcl: { metric: acl.metric, scope: 'CLOUDFRONT' } }),
        ...(props.alarms && { topic: props.alarms }),
      });
    new CfnOutput(this, 'Domain', { value: this.distribution.distributionDomainName });
    tellTarget(this, this.distribution, props);
    if (this.keys)
      new CfnOutput(this, 'KeyStore', {
        value: this.keys.keyValueStoreArn,
        description: 'Licences: sallyport licences export --to kvs | KVS_ARN=... sh',
      });
  }
}
