import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  experimental,
  Function as EdgeScript,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  KeyValueStore,
  LambdaEdgeEventType,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
  type IOrigin,
} from 'aws-cdk-lib/aws-cloudfront';
import { Code, Runtime } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DocumentInput } from '../config/document.ts';
import { ofCdk } from './of-cdk.ts';
import { bundle, doorEntry } from './bundle.ts';
import { checked } from './document.ts';
import { licenceScript, type LicenceScriptOptions } from './licence-script.ts';
import { SallyportWebAcl } from './web-acl.ts';

export interface ProtectedDistributionProps {
  readonly document: DocumentInput;
  readonly origin: IOrigin;
  readonly modules?: readonly string[];
  /** Who runs the rules at the edge: AWS WAF, a Lambda@Edge function, or both. WAF alone by default. */
  readonly rules?: 'web-acl' | 'lambda' | 'both';
  /** A licence or key check before the cache, as a CloudFront Function with a KeyValueStore. */
  readonly licence?: LicenceScriptOptions;
  /** Nothing is cached when left out. */
  readonly cachePolicy?: CachePolicy;
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
    const acl = rules === 'lambda' ? null : new SallyportWebAcl(this, 'WebAcl', { scope: 'CLOUDFRONT', native });
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
      ...(acl && { webAclId: acl.arn }),
      httpVersion: HttpVersion.HTTP2_AND_3,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      logBucket: ofCdk<IBucket>(
        new Bucket(this, 'Logs', {
          blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
          encryption: BucketEncryption.S3_MANAGED,
          enforceSSL: true,
          objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
          removalPolicy: RemovalPolicy.DESTROY,
          autoDeleteObjects: false,
          lifecycleRules: [{ expiration: Duration.days(30) }],
        }),
      ),
      defaultBehavior: {
        origin: props.origin,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: props.cachePolicy ?? CachePolicy.CACHING_DISABLED,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS,
        ...(script && { functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: script }] }),
        ...(rules !== 'web-acl' && {
          edgeLambdas: [
            {
              eventType: LambdaEdgeEventType.VIEWER_REQUEST,
              functionVersion: this.#edge(document.rules, props).currentVersion,
              includeBody: true,
            },
          ],
        }),
      },
      // A refusal is never kept: the next viewer may be let in. CloudFront keeps no 401 and takes none here.
      errorResponses: [403].map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    });
    new CfnOutput(this, 'Domain', { value: this.distribution.distributionDomainName });
    if (this.keys)
      new CfnOutput(this, 'KeyStore', {
        value: this.keys.keyValueStoreArn,
        description: 'aws cloudfront-keyvaluestore put-key --kvs-arn ARN',
      });
  }

  #edge(
    rules: { readonly map?: unknown; readonly onFault: string },
    props: ProtectedDistributionProps,
  ): experimental.EdgeFunction {
    const { folder } = bundle(
      doorEntry({
        door: 'edgeRequest',
        options: { map: rules.map ?? {}, onFault: rules.onFault },
        ...(props.modules && { modules: props.modules }),
      }),
      'edge',
    );
    if (Stack.of(this).region.startsWith('$'))
      throw new Error('Lambda@Edge needs a stack with a region: give it env: { region: "us-east-1" }');
    return new experimental.EdgeFunction(this, 'Edge', {
      runtime: Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: Code.fromAsset(folder),
      memorySize: 128,
      timeout: Duration.seconds(5),
    });
  }
}
