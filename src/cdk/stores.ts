import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';

/** One table for counters and records, a bucket for rule maps, and a parameter that points at the version in force. */
export class SallyportStores extends Construct {
  readonly table: Table;
  readonly bucket: Bucket;
  readonly pointer: StringParameter;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      timeToLiveAttribute: 'expires',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.bucket = new Bucket(this, 'Documents', {
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.pointer = new StringParameter(this, 'Pointer', {
      stringValue: 'none',
      description: 'Key of the rule map in force; change it to swap',
    });
  }

  /** Just what a function that decides needs: read documents, count and look up. */
  grantDecide(to: IGrantable): void {
    this.table.grant(to, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
    this.bucket.grantRead(to);
    this.pointer.grantRead(to);
  }
}
