import type { Body } from './body.ts';
import type { HeaderList } from './headers.ts';
import type { FaultSource } from '../base/fault.ts';

export type HttpVersion = '1.0' | '1.1' | '2';

/** A request as it arrived: nothing normalised, nothing joined, nothing lost. */
export interface HttpRequest {
  readonly method: string;
  /** The request target as it came, e.g. `/a%2Fb?x=1`; `http/target.ts` has the decoded view. */
  readonly target: string;
  readonly version: HttpVersion;
  readonly headers: HeaderList;
  readonly body: Body | null;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Body | null;
  /** Required: no response without a birthplace. */
  readonly from: Provenance;
}

/** Who made a response. An origin's 403 never looks like ours. */
export type Provenance =
  | { readonly by: 'refusal'; readonly code: string }
  | { readonly by: 'fault'; readonly code: string; readonly source: FaultSource }
  | { readonly by: 'function' | 'policy'; readonly name: string }
  | { readonly by: 'cache'; readonly how: 'hit' | 'stale' | 'revalidated'; readonly born: Provenance }
  | { readonly by: 'integration'; readonly name: string; readonly address?: string };

/** The birthplace in a few words, for logs and people. */
export function provenance(from: Provenance): string {
  switch (from.by) {
    case 'refusal':
      return `refusal ${from.code}`;
    case 'fault':
      return `fault ${from.code} (${from.source})`;
    case 'function':
    case 'policy':
      return `${from.by} ${from.name}`;
    case 'cache':
      return `cache ${from.how}, born of ${provenance(from.born)}`;
    case 'integration':
      return `integration ${from.name}${from.address ? ` ${from.address}` : ''}`;
  }
}

/** Statuses whose response has no body by definition (RFC 9110 section 6.4.1). */
export const isBodiless = (status: number): boolean =>
  status === 204 || status === 304 || (status >= 100 && status < 200);

/** Methods that RFC 9110 section 9.2.2 calls idempotent. */
export const isIdempotent = (method: string): boolean =>
  method === 'GET' ||
  method === 'HEAD' ||
  method === 'PUT' ||
  method === 'DELETE' ||
  method === 'OPTIONS' ||
  method === 'TRACE';
