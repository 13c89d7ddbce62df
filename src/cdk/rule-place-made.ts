import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import type { Construct, IConstruct } from 'constructs';
import { mapVersion, mostParameterCharacters, pointedKey } from '../stores/aws/map-version.ts';
import { acknowledge } from './acknowledge.ts';

/** A parameter with the map, or pointing into the bucket where the map is too long for one. */
export function madeParameter(
  scope: Construct,
  given: {
    readonly parameter: string;
    readonly bucket: string | undefined;
    readonly text: string;
  },
): void {
  const { parameter, bucket, text } = given;
  const key = pointedKey(parameter, text);
  const long = text.length > mostParameterCharacters;
  if (long && bucket === undefined)
    throw new Error(
      `rules.map has ${text.length} characters as JSON, and a parameter holds ${mostParameterCharacters}: give \`bucket\` beside \`parameter\`, into which it points, or use s3 or dynamodb`,
    );
  const object = bucket === undefined ? null : madeBucket(scope, { bucket, key, text: long ? text : null });
  const made = new StringParameter(scope, 'Parameter', {
    parameterName: parameter,
    simpleName: !parameter.startsWith('/'),
    description: 'The rule map in force, or s3://BUCKET/KEY of it; sallyport rules publish changes it',
    stringValue: long ? `s3://${bucket ?? ''}/${key}` : text,
  });
  // Whoever reads the pointer finds what it points at.
  if (object) made.node.addDependency(object);
}

/** A private bucket whose versions are kept, with the map in it. */
export function madeBucket(
  scope: Construct,
  { bucket, key, text }: { readonly bucket: string; readonly key: string; readonly text: string | null },
): IConstruct {
  const made = new Bucket(scope, 'Bucket', {
    bucketName: bucket,
    versioned: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(made, {
    'AwsSolutions-S1': 'Its versions are its history; who changed one stands in CloudTrail.',
  });
  if (text === null) return made;
  return put(scope, made, {
    service: 'S3',
    action: 'putObject',
    parameters: { Bucket: made.bucketName, Key: key, Body: text, ContentType: 'application/json' },
    allow: ['s3:PutObject', made.arnForObjects(key)],
  });
}

/** A table with the map as its first version, and the pointer at it. */
export function madeTable(
  scope: Construct,
  { table, leading, text }: { readonly table: string; readonly leading: string; readonly text: string },
): void {
  const made = new Table(scope, 'Table', {
    tableName: table,
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const version = `v#${mapVersion(text)}`;
  const item = (sk: string, more: Readonly<Record<string, string>>): object => ({
    Put: {
      TableName: made.tableName,
      Item: Object.fromEntries(Object.entries({ pk: leading, sk, ...more }).map(([name, S]) => [name, { S }])),
    },
  });
  put(scope, made, {
    service: 'DynamoDB',
    action: 'transactWriteItems',
    parameters: { TransactItems: [item(version, { text }), item('current', { version })] },
    allow: ['dynamodb:PutItem', made.tableArn],
  });
}

/** Puts the map where it belongs when the place is made, and again when a deployment brings another one than the last. */
function put(
  scope: Construct,
  after: IConstruct,
  call: {
    readonly service: string;
    readonly action: string;
    readonly parameters: object;
    readonly allow: readonly [action: string, resource: string];
  },
): AwsCustomResource {
  const { service, action, parameters, allow } = call;
  const made = new AwsCustomResource(scope, 'Map', {
    onUpdate: {
      service,
      action,
      parameters,
      // One id for all maps: another would have the old one "deleted".
      physicalResourceId: PhysicalResourceId.of(`map of ${scope.node.id}`),
    },
    policy: AwsCustomResourcePolicy.fromStatements([
      new PolicyStatement({ actions: [allow[0]], resources: [allow[1]] }),
    ]),
    installLatestAwsSdk: false,
    resourceType: 'Custom::SallyportRuleMap',
    removalPolicy: RemovalPolicy.RETAIN,
  });
  made.node.addDependency(after);
  acknowledgeProvider(made);
  return made;
}

/** The function that the CDK brings for such calls, one for each stack. */
function acknowledgeProvider(made: AwsCustomResource): void {
  for (const each of Stack.of(made).node.children)
    if (each.node.id.startsWith('AWS679'))
      acknowledge(each, {
        'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
          'The CDK’s own function for single calls at deployment; it has the right to write its log, and the one call.',
        'AwsSolutions-L1': 'The CDK’s own function for single calls at deployment, in the version that the CDK ships.',
      });
}
