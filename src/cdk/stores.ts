import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface SallyportStoresProps {
  /** A table for the connections of a WebSocket API as well. */
  readonly connections?: boolean;
  /** A bucket of rule maps, and the parameter that points at the one in force. */
  readonly documents?: boolean;
}

/** Environment variables in which functions find the stores. */
export const storeVariables = {
  table: 'SALLYPORT_TABLE',
  connections: 'CONNECTIONS_TABLE',
  pointer: 'SALLYPORT_RULES',
} as const;

/**
 * One table for counters, buckets and records, and as asked for one of connections, and a bucket of rule maps with the
 * parameter that points at the version in force. Kept when the stack goes: keys and counts are not the stack's.
 */
export class SallyportStores extends Construct {
  readonly table: Table;
  readonly connections: Table | null;
  readonly bucket: Bucket | null;
  readonly pointer: StringParameter | null;

  constructor(scope: Construct, id: string, props: SallyportStoresProps = {}) {
    super(scope, id);
    const shared = {
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      timeToLiveAttribute: 'expires',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    };
    this.table = new Table(this, 'Table', {
      ...shared,
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.connections = props.connections
      ? new Table(this, 'Connections', {
          ...shared,
          partitionKey: { name: 'connectionId', type: AttributeType.STRING },
          // Connections end with the API; nothing in here is worth keeping.
          removalPolicy: RemovalPolicy.DESTROY,
        })
      : null;
    this.bucket = props.documents
      ? new Bucket(this, 'Documents', {
          versioned: true,
          blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
          encryption: BucketEncryption.S3_MANAGED,
          enforceSSL: true,
          removalPolicy: RemovalPolicy.RETAIN,
        })
      : null;
    if (this.bucket)
      acknowledge(this.bucket, {
        'AwsSolutions-S1': 'Its versions are its history; who changed one stands in CloudTrail.',
      });
    this.pointer = props.documents
      ? new StringParameter(this, 'Pointer', {
          stringValue: 'none',
          description: 'The rule map in force, s3://BUCKET/KEY; change it to swap',
        })
      : null;
  }

  get environment(): Readonly<Record<string, string>> {
    return {
      [storeVariables.table]: this.table.tableName,
      ...(this.connections && { [storeVariables.connections]: this.connections.tableName }),
      ...(this.pointer && { [storeVariables.pointer]: this.pointer.parameterName }),
    };
  }

  /**
   * Just what a function that decides needs: count, look up, write records on condition, read rule maps. By their keys, so
   * that a rule map in the same table can be changed by nobody who goes by it.
   */
  grantDecide(to: IGrantable): void {
    to.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
        resources: [this.table.tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['bucket#*', 'counter#*', 'record#*', 'health'] },
        },
      }),
    );
    this.pointer?.grantRead(to);
    if (!this.bucket) return;
    this.bucket.grantRead(to, 'rules/*');
  }

  /** Just what a WebSocket handler needs: remember, forget and find connections. */
  grantConnections(to: IGrantable): void {
    this.connections?.grant(to, 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Scan');
  }
}
