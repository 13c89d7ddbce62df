import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { acknowledge } from './acknowledge.ts';

/** What cdk-nag finds in every distribution of ours, and why it stays. */
export function acknowledgeEdge(distribution: Distribution, ownCertificate: boolean): void {
  acknowledge(distribution, {
    'AwsSolutions-CFR1':
      'Countries are not blocked by default: who is refused is said by the document, not by the stack.',
    ...(!ownCertificate && {
      'AwsSolutions-CFR4':
        'CloudFront’s own certificate (*.cloudfront.net) allows no higher minimum, and a domain of your own comes with a certificate of your own.',
    }),
  });
}
