import type { CachePolicyInput } from '../../../src/config/cache.ts';
import type { DocumentInput } from '../../../src/config/document.ts';
import { Body } from '../../../src/http/body.ts';
import { HeaderList } from '../../../src/http/headers.ts';
import type { Inbound } from '../../../src/ports/dialer.ts';
import { visit, type Asked, type Visit, type VisitOptions } from '../../../src/testing/visit.ts';

/** What the numbered cases of the edge share: a distribution in this process, an origin that plays a script, a clock turned by hand. */

export type Fields = Readonly<Record<string, string>>;
export type Origin = (asked: Asked) => Inbound | Promise<Inbound>;
type Edge = NonNullable<DocumentInput['edge']>;
export type BehaviourInput = Edge['behaviours'][number];

export const answer = (body: string, headers: Fields = {}, status = 200): Inbound => ({
  status,
  headers: HeaderList.of({
    ...(status === 304 || status === 204 ? {} : { 'Content-Length': String(new TextEncoder().encode(body).length) }),
    ...headers,
  }),
  body: status === 304 || status === 204 ? null : Body.of(body),
  address: 'script',
});

export const cloudfront = (more: CachePolicyInput = {}): CachePolicyInput => ({ semantics: 'cloudfront', ...more });

export const distribution = (
  origin: Origin,
  behaviours: readonly BehaviourInput[],
  more: Omit<Edge, 'behaviours'> = {},
  rest: Partial<DocumentInput> = {},
  options: Partial<VisitOptions> = {},
): Promise<Visit> =>
  visit({
    origin,
    ...options,
    document: {
      origins: { o: { url: 'http://o.test', retries: 0 }, second: { url: 'http://second.test', retries: 0 } },
      routes: {},
      ...rest,
      edge: { behaviours: behaviours.map((each) => ({ origin: 'o', ...each })), ...more },
    },
  });

export const xCache = (reply: { readonly headers: HeaderList }): string =>
  (reply.headers.get('x-cache') ?? '').split(' ')[0] as string;

export const seconds = (n: number): number => n * 1000;

export const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
