import type { ApiPlan } from './plan.ts';

/** What cdk-nag finds in an API of a document, and why it is as the document says. */

const open =
  'The document leaves these routes open, or its rules decide in the function behind them, with the body in sight.';

const isOpen = ({ routes }: ApiPlan): boolean =>
  routes.some(
    ({ given, rules, authorizedByLine }) => rules !== 'authorizer' && (given.authorizer === 'none' || authorizedByLine),
  );

export function restFindings(plan: ApiPlan): Readonly<Record<string, string>> {
  return {
    'AwsSolutions-COG4':
      'Who is asked stands in the document: rules, keys, a function or an identity, not always a user pool.',
    ...(isOpen(plan) && { 'AwsSolutions-APIG4': open }),
    ...(!plan.routes.some(({ given }) => given.validate) && {
      'AwsSolutions-APIG2': 'Requests are validated where the document says so; its rules know more than a model does.',
    }),
    'AwsSolutions-APIG3':
      'The rules of the document judge requests; a web ACL has a price for each month and can be asked for with `webAcl`.',
  };
}

export const httpFindings = (plan: ApiPlan): Readonly<Record<string, string>> =>
  isOpen(plan) ? { 'AwsSolutions-APIG4': open } : {};
