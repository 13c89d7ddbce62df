import { CfnOutput } from 'aws-cdk-lib';
import type { IRestApi, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { ofCdk } from './of-cdk.ts';

export interface UsagePlanProps {
  readonly name: string;
  readonly rate: number;
  readonly burst: number;
  readonly quota?: { readonly limit: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' };
}

/** A usage plan for the API's stage with one key in it, whose id is an output. */
export function planWithKey(scope: Construct, api: RestApi, { name, rate, burst, quota }: UsagePlanProps): void {
  const plan = api.addUsagePlan('Plan', {
    name,
    throttle: { rateLimit: rate, burstLimit: burst },
    ...(quota && { quota: { limit: quota.limit, period: quota.period as never } }),
    apiStages: [{ api: ofCdk<IRestApi>(api), stage: api.deploymentStage }],
  });
  const key = api.addApiKey('Key');
  plan.addApiKey(key);
  new CfnOutput(scope, 'KeyId', {
    value: key.keyId,
    description: 'aws apigateway get-api-key --include-value --query value --output text --api-key ID',
  });
}

/** What cdk-nag finds in every REST API of ours, and why it stays; `more` is what is particular to one. */
export function acknowledgeRest(api: RestApi, more: Readonly<Record<string, string>> = {}): void {
  acknowledge(api, {
    'AwsSolutions-APIG2': 'Requests are validated by the rules of the document, which know more than a model does.',
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
      'The account-wide role with which API Gateway writes its logs; AWS offers it as this managed policy.',
    ...more,
  });
}
