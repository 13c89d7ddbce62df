import { Duration, Stack } from 'aws-cdk-lib';
import { experimental } from 'aws-cdk-lib/aws-cloudfront';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Document } from '../config/document.ts';
import { acknowledge } from './acknowledge.ts';
import { bundle, doorEntry } from './bundle.ts';
import { guardOptions, rulePlace } from './rule-place.ts';
import { rulesOf, secretsFor, type SecretsGiven } from './secrets.ts';
import { shippedWaf } from './shipped-waf.ts';

export interface EdgeFunctionOptions {
  readonly role: Role;
  /** With `index.mjs`, whose export `handler` is called. */
  readonly folder: string;
  readonly seconds?: number;
  readonly memoryMb?: number;
  readonly runtime?: Runtime;
}

/** A Lambda@Edge function. The stack has to be in us-east-1, from where replicas are made. */
export function edgeFunction(scope: Construct, id: string, options: EdgeFunctionOptions): experimental.EdgeFunction {
  if (Stack.of(scope).region.startsWith('$'))
    throw new Error('Lambda@Edge needs a stack with a region: give it env: { region: "us-east-1" }');
  return new experimental.EdgeFunction(scope, id, {
    role: options.role,
    runtime: options.runtime ?? Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(options.folder),
    memorySize: options.memoryMb ?? 128,
    timeout: Duration.seconds(options.seconds ?? 5),
  });
}

/** A document's rules at a viewer's request, before the cache. */
export function guardFunction(
  scope: Construct,
  document: Document,
  role: Role,
  modules: readonly string[] | undefined,
  given: SecretsGiven | undefined,
): experimental.EdgeFunction {
  const place = rulePlace(scope, document);
  place?.grantRead(role);
  const secrets = secretsFor(scope, document, rulesOf(document), given, modules);
  secrets?.grantRead(role);
  const shipped = shippedWaf(document, 'guard');
  const { folder } = bundle(
    doorEntry({
      door: 'edgeRequest',
      options: guardOptions(document),
      ...(place && { source: place.source }),
      ...(secrets && { secrets: secrets.edge }),
      ...shipped,
      ...(modules && { modules }),
    }),
    'edge',
    shipped.waf,
  );
  return edgeFunction(scope, 'Edge', { role, folder });
}

/** A replica writes its log in the region where it runs, into a group that it has to make. */
export function edgeRole(scope: Construct): Role {
  const role = new Role(scope, 'EdgeRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const { account, partition } = Stack.of(scope);
  const groups = `arn:${partition}:logs:*:${account}:log-group:/aws/lambda/us-east-1.*`;
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [groups],
    }),
  );
  acknowledge(role, {
    'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:*:<AWS::AccountId>:log-group:/aws/lambda/us-east-1.*]':
      'Replicas run in every region, and the name of the function is not known before it is made; it may write logs and nothing else.',
  });
  return role;
}
