import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IVpc, ISecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { type CfnLogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { bundle, doorEntry, type BundleKind, type DoorSource } from './bundle.ts';
import type { RulePlace } from './rule-place.ts';
import type { DoorSecrets } from './secrets.ts';

export interface DoorFunctionProps extends Omit<DoorSource, 'source' | 'secrets'> {
  /** Where the rule map comes from, if not with the function; it may read that and nothing beside it. */
  readonly rules?: RulePlace | null;
  /** The secrets that it may read, and nothing beside them. */
  readonly secrets?: DoorSecrets | null;
  readonly kind: BundleKind;
  readonly description: string;
  /** 256 by default: below it the first request of a container is slow. */
  readonly memoryMb?: number;
  readonly timeout?: Duration;
  readonly environment?: Readonly<Record<string, string>>;
  /** None by default; a forwarder to one small host wants a limit. */
  readonly reservedConcurrency?: number;
  readonly vpc?: {
    readonly vpc: IVpc;
    readonly subnets?: SubnetSelection;
    readonly securityGroups: readonly ISecurityGroup[];
  };
}

/** One door as a Lambda function: a bundle, arm64, a log group of its own, and a role that may write there and no more. */
export class DoorFunction extends Construct {
  readonly function: LambdaFunction;
  readonly bytes: number;
  readonly logs: LogGroup;
  /** Errors in the function itself; refusals are answers and raise nothing. */
  readonly alarm: Alarm;

  constructor(scope: Construct, id: string, props: DoorFunctionProps) {
    super(scope, id);
    const { rules, secrets, ...source } = props;
    const { folder, bytes } = bundle(
      doorEntry({ ...source, ...(rules && { source: rules.source }), ...(secrets && { secrets: secrets.door }) }),
      props.kind,
      props.waf,
    );
    this.bytes = bytes;
    this.logs = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logs.logGroupArn],
      }),
    );
    if (props.vpc) {
      // What AWSLambdaVPCAccessExecutionRole has, without its right to every log group.
      role.addToPolicy(
        new PolicyStatement({
          actions: [
            'ec2:CreateNetworkInterface',
            'ec2:DescribeNetworkInterfaces',
            'ec2:DescribeSubnets',
            'ec2:DeleteNetworkInterface',
            'ec2:AssignPrivateIpAddresses',
            'ec2:UnassignPrivateIpAddresses',
          ],
          resources: ['*'],
        }),
      );
      acknowledge(role, {
        'AwsSolutions-IAM5[Resource::*]':
          'Lambda makes network interfaces in the VPC before they have a name, and describing takes no resource; AWS’s own managed policy says the same.',
      });
    }
    acknowledge(role, {
      [`AwsSolutions-IAM5[Resource::<${Stack.of(this).getLogicalId(this.logs.node.defaultChild as CfnLogGroup)}.Arn>:*]`]:
        'Every stream of the function’s own log group.',
    });
    rules?.grantRead(role);
    secrets?.grantRead(role);
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(folder),
      memorySize: props.memoryMb ?? 256,
      timeout: props.timeout ?? Duration.seconds(29),
      role,
      logGroup: this.logs,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.DISABLED,
      environment: { ...props.environment, ...secrets?.environment },
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...(props.vpc && {
        vpc: props.vpc.vpc,
        securityGroups: [...props.vpc.securityGroups],
        ...(props.vpc.subnets && { vpcSubnets: props.vpc.subnets }),
      }),
    });
    this.alarm = this.function.metricErrors({ period: Duration.minutes(5) }).createAlarm(this, 'Errors', {
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${props.description}: the function failed; everybody is refused while it does (${Stack.of(this).stackName})`,
    });
  }
}
