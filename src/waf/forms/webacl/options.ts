import type { Sight } from '../../condition.ts';

/** A place on earth and in the routing system, as far as it is known. */
export interface Whereabouts {
  /** Two letters of ISO 3166-1. */
  readonly country?: string;
  /** Behind the dash in ISO 3166-2. */
  readonly region?: string;
  readonly asn?: number;
}

/** What happens around a web ACL that its JSON does not say. */
export interface AclSurroundings {
  /** Where an address is. Without it only the viewer's own country is known. */
  readonly whereabouts?: (address: string) => Whereabouts | null;
  /** When this viewer last solved one, ms since 1970; null for never. Without it nobody ever has. */
  readonly solved?: (kind: 'captcha' | 'challenge', sight: Sight) => number | null;
  /** Looks at rates only every ten seconds, as AWS does; without it each request counts at once. */
  readonly awsLag?: boolean;
}
