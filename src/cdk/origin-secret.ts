import { Duration, type SecretValue } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnRotationSchedule, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { DoorFunction } from './door-function.ts';

/** Header that proves that a request came by the distribution. */
export const originHeader = 'x-origin-verify';

/** Environment variable in which a door finds the secret's ARN. */
const variable = 'SALLYPORT_ORIGIN_SECRET';

export interface OriginSecretProps {
  readonly description: string;
  /** Days between rotations; 30 by default. */
  readonly days?: number;
}

/**
 * A secret that the distribution sends and the API checks, so that nobody goes round the distribution. Rotated by a function
 * that may read and change this secret and this distribution, and nothing else.
 */
export class OriginSecret extends Construct {
  readonly secret: Secret;
  readonly #days: number;

  constructor(scope: Construct, id: string, props: OriginSecretProps) {
    super(scope, id);
    this.#days = props.days ?? 30;
    this.secret = new Secret(this, 'Value', {
      description: props.description,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    acknowledge(this.secret, {
      'AwsSolutions-SMG4':
        'It is rotated by the schedule beside it, which depends on the distribution; cdk-nag looks for the schedule on the secret itself.',
    });
  }

  /** For the distribution's custom header: a dynamic reference, so that the value stands in no template. */
  get header(): Record<string, string> {
    const value: SecretValue = this.secret.secretValue;
    return { [originHeader]: value.unsafeUnwrap() };
  }

  /** What a door is told, and what its function may do for it. */
  get door(): {
    readonly options: Readonly<Record<string, unknown>>;
    readonly environment: Readonly<Record<string, string>>;
  } {
    return {
      options: { originSecret: { header: originHeader, rotated: variable } },
      environment: { [variable]: this.secret.secretArn },
    };
  }

  /** Lets the function of a door read all versions of the secret. */
  grantCheck(door: DoorFunction): void {
    door.function.addToRolePolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secret.secretArn] }),
    );
  }

  /** Rotates the secret in the distribution. `webAclArn`: CloudFront wants to see it when the distribution is changed. */
  rotate(distribution: Distribution, webAclArn: string | null): DoorFunction {
    const rotation = new DoorFunction(this, 'Rotation', {
      door: 'rotateOriginSecret',
      kind: 'authorizer',
      description: 'Rotates the secret origin header',
      // The whole of a change of a distribution may take minutes.
      timeout: Duration.minutes(15),
      options: { header: originHeader, secret: variable, distribution: 'SALLYPORT_DISTRIBUTION' },
      environment: { [variable]: this.secret.secretArn, SALLYPORT_DISTRIBUTION: distribution.distributionId },
    });
    const allow = (actions: string[], resource: string): void =>
      rotation.function.addToRolePolicy(new PolicyStatement({ actions, resources: [resource] }));
    allow(
      [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      this.secret.secretArn,
    );
    allow(
      ['cloudfront:GetDistribution', 'cloudfront:GetDistributionConfig', 'cloudfront:UpdateDistribution'],
      distribution.distributionArn,
    );
    if (webAclArn !== null) allow(['wafv2:GetWebACL'], webAclArn);
    rotation.function.addPermission('SecretsManager', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceArn: this.secret.secretArn,
    });
    const schedule = new CfnRotationSchedule(this, 'Schedule', {
      secretId: this.secret.secretArn,
      rotationLambdaArn: rotation.function.functionArn,
      rotationRules: { automaticallyAfterDays: this.#days },
      // The first value is as good as a rotated one, and a stack that is being made has no use for a second.
      rotateImmediatelyOnUpdate: false,
    });
    schedule.node.addDependency(rotation);
    return rotation;
  }
}
