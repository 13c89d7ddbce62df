import { Arn, ArnFormat, CfnOutput, Token } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SecurityPolicyProtocol, type Distribution, type DistributionProps } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';

/** Names of one's own for a distribution. */
export interface OwnNames {
  /** Such as `api.example.com`, or `*.example.com`. The first is what addresses in outputs begin with. */
  readonly domainNames?: readonly string[];
  /** For all of these names, of ACM in us-east-1. */
  readonly certificate?: ICertificate;
}

const region = 'us-east-1';
const most = 100;

/** What is wrong with the names, each with what to do; none where there are no names. */
export function ownNameErrors({ domainNames = [], certificate }: OwnNames): string[] {
  const errors: string[] = [];
  if (domainNames.length === 0 && certificate)
    errors.push('`certificate` serves nothing here: give the names that it is for in `domainNames`, or leave it out');
  if (domainNames.length > 0 && !certificate)
    errors.push(
      `${domainNames.join(', ')}: CloudFront takes a name of one’s own with a certificate for it only: give \`certificate\`, one of ACM in ${region}, or leave \`domainNames\` out`,
    );
  for (const [at, name] of domainNames.entries()) {
    if (Token.isUnresolved(name)) continue;
    if (!/^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*$/.test(name))
      errors.push(
        `domainNames[${at}]: "${name}" is no name of a host: write it as "api.example.com", in small letters`,
      );
    if (domainNames.indexOf(name) !== at) errors.push(`domainNames[${at}]: ${name} stands there twice: write it once`);
  }
  if (domainNames.length > most)
    errors.push(`domainNames: a distribution has ${most} names, not ${domainNames.length}: name fewer, or a wildcard`);
  const where = certificate && regionOf(certificate);
  if (where !== undefined && !Token.isUnresolved(where) && where !== region)
    errors.push(
      `the certificate lives in ${where}, and CloudFront takes those of ${region} only: make it there (a stack with env: { region: "${region}" })`,
    );
  return errors;
}

function regionOf({ certificateArn, env }: ICertificate): string | undefined {
  return Token.isUnresolved(certificateArn)
    ? env.region
    : Arn.split(certificateArn, ArnFormat.SLASH_RESOURCE_NAME).region;
}

type NameProps = Pick<DistributionProps, 'certificate' | 'domainNames' | 'minimumProtocolVersion'>;

/** What the distribution is told of them. Throws every error at once. */
export function ownNames(given: OwnNames): NameProps {
  const errors = ownNameErrors(given);
  if (errors.length > 0) throw new Error(errors.join('\n'));
  if (!given.certificate || !given.domainNames) return {};
  return {
    certificate: given.certificate,
    domainNames: [...given.domainNames],
    minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
  };
}

/** The name to ask at: the first that is no wildcard, or CloudFront's own. */
export const nameOf = (distribution: Distribution, { domainNames = [] }: OwnNames): string =>
  domainNames.find((name) => !name.startsWith('*')) ?? distribution.distributionDomainName;

/** Output `PointsTo`: no name is served before somebody's DNS says so. */
export function tellTarget(scope: Construct, distribution: Distribution, { domainNames = [] }: OwnNames): void {
  if (domainNames.length > 0)
    new CfnOutput(scope, 'PointsTo', {
      value: distribution.distributionDomainName,
      description: `What ${domainNames.length === 1 ? 'the name' : 'each of the names'} ${domainNames.join(', ')} must be an alias of`,
    });
}
