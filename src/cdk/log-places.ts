import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { ofCdk } from './of-cdk.ts';

/** A log group that is kept for a month and goes with the stack. */
export const logGroup = (scope: Construct, id: string): LogGroup =>
  new LogGroup(scope, id, { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });

/** The bucket that CloudFront writes its log to; kept for a month, emptied by its own rule. */
export function distributionLogs(scope: Construct): IBucket {
  const bucket = new Bucket(scope, 'Logs', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    // CloudFront delivers this log by an access list, which needs an owner.
    objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [{ expiration: Duration.days(30) }],
  });
  acknowledge(bucket, {
    'AwsSolutions-S1': 'It is itself a log; a log of who wrote the log would need a third bucket, and so on.',
  });
  return ofCdk<IBucket>(bucket);
}

export interface StageLimits {
  readonly rate: number;
  readonly burst: number;
}

/** Access log and throttle of a stage of an HTTP or WebSocket API. `more`: fields beyond those that every kind has. */
export function describeStage(
  stage: CfnStage,
  logs: LogGroup,
  limits: StageLimits | undefined,
  more: Readonly<Record<string, string>>,
): void {
  stage.defaultRouteSettings = {
    throttlingRateLimit: limits?.rate ?? 100,
    throttlingBurstLimit: limits?.burst ?? 200,
    detailedMetricsEnabled: true,
  };
  stage.accessLogSettings = {
    destinationArn: logs.logGroupArn,
    format: JSON.stringify({
      requestId: '$context.requestId',
      ip: '$context.identity.sourceIp',
      route: '$context.routeKey',
      status: '$context.status',
      ...more,
    }),
  };
}
