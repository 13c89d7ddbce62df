import type { Document } from '../config/document.ts';

/** What the routes count for each request: words of the document, each a place in DynamoDB on AWS. */
export function countedIn({ throttles, plans, budgets, routes }: Document): readonly string[] {
  const all: readonly { readonly throttle?: unknown; readonly key?: unknown; readonly once?: unknown }[] =
    Object.values(routes);
  const throttled = [throttles.overall, throttles.perKey, throttles.perAddress, ...all.map((route) => route.throttle)];
  return [
    ...(Object.keys(plans).length > 0 ? ['plans'] : []),
    ...(Object.keys(budgets).length > 0 ? ['budgets'] : []),
    ...(all.some((route) => route.key === 'required') ? ['keys'] : []),
    ...(throttled.some((each) => each !== undefined) ? ['throttles'] : []),
    ...(all.some((route) => route.once !== undefined) ? ['once'] : []),
  ];
}
