import { clientOf, type AlbEvent, type AlbResult } from '../events/alb.ts';
import { HeaderList } from '../http/headers.ts';
import { albWanted, flawOf, mostOfBalancer, type BadEvent } from './event.ts';
import { lambdaReasons } from './reasons.ts';

/** Header fields for a load balancer without multi-value headers. */
export const singleOf = ({ multiValueHeaders }: AlbResult): Record<string, string> =>
  Object.fromEntries(Object.entries(multiValueHeaders).map(([name, values]) => [name, values.join(', ')]));

const headersOf = ({ headers, multiValueHeaders }: AlbEvent): HeaderList =>
  HeaderList.of(
    multiValueHeaders
      ? Object.entries(multiValueHeaders).flatMap(([name, values]) =>
          values.map((value): [string, string] => [name, value]),
        )
      : Object.entries(headers ?? {}),
  );

export function albFlaw(event: unknown): BadEvent | null {
  const flaw = flawOf(event, albWanted);
  if (flaw) return flaw;
  const given = event as AlbEvent;
  if (given.body !== null && given.body !== undefined && given.body.length > mostOfBalancer * (4 / 3) + 4)
    return { reason: lambdaReasons['event-size'], says: `a body of ${given.body.length} characters` };
  if (isHealthCheck(given) || clientOf(headersOf(given)) !== null) return null;
  return {
    reason: lambdaReasons['event-shape'],
    says: 'X-Forwarded-For does not end with an address: let the load balancer append it',
  };
}

/** What a client sends has a host, and the load balancer adds where it came from. */
export function isHealthCheck(event: unknown): boolean {
  const headers = headersOf(event as AlbEvent);
  return (
    headers.get('user-agent')?.startsWith('ELB-HealthChecker/') === true &&
    !headers.has('host') &&
    !headers.has('x-forwarded-for')
  );
}
